-- What roles and runs have spent, counted with the calls themselves, so that ceilings can be held.

create table spend_day (
  day              date not null,
  role_no          integer not null,
  nano_usd         bigint not null check (nano_usd >= 0),
  calls            bigint not null,
  unpriced         bigint not null,
  tasks            bigint not null,
  first_at         timestamptz not null,
  alarmed_nano_usd bigint,
  primary key (day, role_no)
);
comment on table spend_day is 'Per role and day (UTC, of the start of the call; of the decision for tasks): what its calls are booked at, routed or not. unpriced: calls that nobody can price, which are in calls and not in nano_usd. alarmed_nano_usd: the ceiling that an alarm was raised for.';

create table run_task (
  root       bytea primary key check (length(root) = 33),
  role_no    integer not null,
  run_id     text,
  nano_usd   bigint not null default 0 check (nano_usd >= 0),
  calls      bigint not null default 0,
  unpriced   bigint not null default 0,
  touched_at timestamptz not null default now()
);
create index run_task_by_touch on run_task (touched_at);
comment on table run_task is 'Where a task''s calls and its decision meet, whichever stream comes first: run_id as the decision log told it, and what was spent and is not in run_spend yet.';

create table run_spend (
  role_no          integer not null,
  run_id           text not null,
  nano_usd         bigint not null check (nano_usd >= 0),
  calls            bigint not null,
  unpriced         bigint not null,
  begun_at         timestamptz not null default now(),
  touched_at       timestamptz not null default now(),
  alarmed_nano_usd bigint,
  primary key (role_no, run_id)
);
create index run_spend_by_amount on run_spend (role_no, nano_usd);
create index run_spend_by_touch on run_spend (touched_at);
comment on table run_spend is 'What a role has spent within a run, retries and escalations included. Forgotten when nothing was spent for the configured life of a run.';

alter table alarm drop constraint alarm_kind_check;
alter table alarm add constraint alarm_kind_check
  check (kind in ('drift_down', 'drift_up', 'floor', 'ceiling', 'spike', 'spend_day', 'spend_run'));
alter table alarm add column subject text;
comment on column alarm.subject is 'Of spend_day: the day; of spend_run: the run. Null: the role or arm itself.';

alter table decision add column ceiling text;
comment on column decision.ceiling is 'Where a spend ceiling had a part in it: what was spent, the limit, and what would have been answered otherwise, as JSON of the function that decided.';
