-- Calls by day: deduplication and retention both hang on the day. What was there becomes the first partition as
-- it is; each later day gets its own.
alter table call rename to call_first;
alter table call_first rename constraint call_pkey to call_first_pkey;
alter index call_by_role_and_day rename to call_first_by_role_and_day;
alter index call_by_ingestion rename to call_first_by_ingestion;
alter table call_first
  add column twin boolean not null default false,
  add column borrowed boolean not null default false,
  add column arm_no integer not null default 0,
  add column counted_role_no integer not null default 0,
  add column booked_nano_usd bigint;

create table call (like call_first including defaults including constraints including comments,
  primary key (day, trace_id, span_id)) partition by range (day);
create index call_by_role_and_day on call (role, day);
create index call_by_ingestion on call (ingested_at);
comment on table call is 'One row per leaf model call; the primary key is the deduplication: day of the span''s start (UTC), trace, span. No prompt or completion text. A partition per day; call_first holds all days until this was so.';
comment on column call.twin is 'Another row describes the same response and counts; this one is kept so that its resend stays a duplicate.';
comment on column call.borrowed is 'The reported cost is a twin''s: the row reports none itself.';
comment on column call.arm_no is 'Of the arm that ran, where that was the decided one; else 0.';
comment on column call.counted_role_no is 'The role whose spend it is in; 0: in none. In rows from before this was kept: 0.';
comment on column call.booked_nano_usd is 'What it counts as: the catalogue''s price, else what was reported; null: unpriced. In rows from before this was kept: null.';

do $$
declare
  today date := (now() at time zone 'utc')::date;
  gone bigint;
begin
  -- Calls of days that are still to come are none; there would be no end of partitions for them.
  delete from call_first where day > today + 2;
  get diagnostics gone = row_count;
  insert into ingest_total as t (name, total) select 'future_calls', gone where gone > 0
    on conflict (name) do update set total = t.total + excluded.total;
  execute format('alter table call attach partition call_first for values from (minvalue) to (%L)', today + 3);
end $$;

create table call_retention (
  one     boolean primary key default true check (one),
  horizon date not null
);
insert into call_retention (horizon) values ('2015-01-01');
comment on table call_retention is 'A recorded fact: calls that began before this day are gone, so one that comes now could be a duplicate and is refused.';

-- Which response a call is: two instrumentations, or a span and a log record, describe it once.
create table response_call (
  response_hash     bytea primary key check (length(response_hash) = 16),
  rank              bytea not null check (length(rank) = 33),
  day               date not null,
  members           integer not null,
  reported_rank     bytea,
  reported_nano_usd bigint
);
create index response_call_by_day on response_call using brin (day);
comment on table response_call is 'The row of call that counts for a response, by the hash of its id. rank: what beats what, the smaller the better: a byte (undecided, without tokens, a log record), the complement of the start (nanoseconds), trace, span. reported_...: the cost that the best of all that report one reports, for a row that does not.';

-- What was counted may be taken back; the sum of what comes and what goes is never below zero, a part of it may be.
alter table spend_day drop constraint spend_day_nano_usd_check;
alter table run_task drop constraint run_task_nano_usd_check;
alter table run_spend drop constraint run_spend_nano_usd_check;

-- A role may stand on an ancestor, whose span comes after the call's.
create table span_link (
  trace_id       bytea not null check (length(trace_id) = 16),
  span_id        bytea not null check (length(span_id) = 8),
  parent_span_id bytea check (length(parent_span_id) = 8),
  role           text,
  role_source    text,
  fresh          boolean not null default true,
  expires_at     timestamptz not null,
  primary key (trace_id, span_id)
) with (fillfactor = 80);
create index span_link_fresh on span_link (trace_id) where fresh;
create index span_link_by_expiry on span_link (expires_at);
comment on table span_link is 'Spans that are no calls and may be above one. fresh: not yet looked at by the join.';

create table call_waiting (
  day         date not null,
  trace_id    bytea not null check (length(trace_id) = 16),
  span_id     bytea not null check (length(span_id) = 8),
  awaits      bytea not null check (length(awaits) = 8),
  fresh       boolean not null default true,
  expires_at  timestamptz not null,
  primary key (trace_id, span_id, day)
) with (fillfactor = 80);
create index call_waiting_by_span on call_waiting (trace_id, awaits);
create index call_waiting_fresh on call_waiting (trace_id) where fresh;
create index call_waiting_by_expiry on call_waiting (expires_at);
comment on table call_waiting is 'Calls without a role of their own. awaits: the nearest ancestor that has not come.';

-- What is kept for ever.
create table call_hour (
  hour               timestamptz not null,
  tenant_no          smallint not null,
  role               text not null,
  model              text not null,
  provider           text not null,
  arm_no             integer not null,
  routing            text not null check (routing in ('followed', 'not_followed', 'unrouted')),
  calls              bigint not null,
  errors             bigint not null,
  token_calls        bigint not null,
  input_tokens       numeric(38) not null,
  cache_read_tokens  numeric(38) not null,
  cache_write_tokens numeric(38) not null,
  output_tokens      numeric(38) not null,
  reasoning_tokens   numeric(38) not null,
  nano_usd           numeric(38) not null,
  unpriced           bigint not null,
  unpriced_tokens    numeric(38) not null,
  reported_calls     bigint not null,
  reported_nano_usd  numeric(38) not null,
  labels             bigint not null,
  sum_quality_micros bigint not null,
  sum_latency_millis numeric(38) not null,
  primary key (hour, tenant_no, role, model, provider, arm_no, routing)
);
comment on table call_hour is 'Calls added up exactly, by the hour (UTC) of their start; moved with the calls, kept when they go. model, provider: as the span names them, empty where it does not, cut at 200 characters like role. arm_no: of the arm that ran, where that was the decided one; else 0. Calls without tokens are in calls and not in token_calls; unpriced ones in unpriced and not in nano_usd.';

insert into call_hour
select date_trunc('hour', started_at, 'UTC'), tenant_no, left(role, 200), left(coalesce(model, ''), 200),
  left(coalesce(provider, ''), 200),
  case when followed and get_byte(decision_id, 2) & 15 = 0
    then get_byte(decision_id, 19) * 256 + get_byte(decision_id, 20) else 0 end,
  case when followed is null then 'unrouted' when followed then 'followed' else 'not_followed' end,
  count(*), count(*) filter (where error), count(input_tokens),
  coalesce(sum(input_tokens), 0), coalesce(sum(cache_read_tokens), 0), coalesce(sum(cache_write_tokens), 0),
  coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_tokens), 0),
  coalesce(sum(coalesce(catalogue_nano_usd, reported_nano_usd)), 0),
  count(*) filter (where catalogue_nano_usd is null and reported_nano_usd is null),
  coalesce(sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens)
    filter (where catalogue_nano_usd is null and reported_nano_usd is null), 0),
  count(reported_nano_usd), coalesce(sum(reported_nano_usd), 0),
  count(quality_micros), coalesce(sum(quality_micros), 0), sum(latency_millis)
from call group by 1, 2, 3, 4, 5, 6, 7;
