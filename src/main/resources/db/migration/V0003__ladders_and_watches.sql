-- What a first pass gave and what climbing the ladder made of it are kept apart.

alter table evidence add column part integer not null default 0;
alter table evidence drop constraint evidence_pkey;
alter table evidence add primary key (role_no, bucket, arm_no, block, part);
comment on column evidence.part is '0: first passes. Positive: what climbing the escalation ladder of this digest changed, to be added to 0 while the ladder is the same (may be negative). -1: calls of higher rungs, under the arm that ran them: selected by failure, so never part of that arm''s own evidence.';

alter table episode
  add column flags integer,
  add column session_hash bigint,
  add column decided_at timestamptz,
  add column ladder integer not null default 0,
  add column first_calls integer,
  add column first_input_tokens bigint,
  add column first_cache_read_tokens bigint,
  add column first_cache_write_tokens bigint,
  add column first_output_tokens bigint,
  add column first_reasoning_tokens bigint,
  add column first_token_calls integer,
  add column first_nano_usd bigint,
  add column first_dollar_calls integer,
  add column first_errors integer,
  add column first_last_rank bytea,
  add column first_last_error boolean,
  add column first_label_rank bytea,
  add column first_label_v_micros bigint,
  add column first_label_q_micros integer;
update episode set decided_at = timestamptz '2025-01-01 00:00:00+00' + interval '1 millisecond'
  * ((get_byte(root, 0)::bigint << 32) + (get_byte(root, 1)::bigint << 24) + (get_byte(root, 2)::bigint << 16)
    + (get_byte(root, 3)::bigint << 8) + get_byte(root, 4)::bigint);
alter table episode alter column decided_at set not null;
create index episode_by_role_and_time on episode (role_no, decided_at);
comment on column episode.flags is 'Flags of the decision id as the first call that was seen carried them: base or boosted label, holdout, control, drawn or not. Null: from before they were kept.';
comment on column episode.session_hash is 'Of the session that the first seen call named; null: none. Draws of one session are not independent.';
comment on column episode.ladder is 'Digest of the escalation ladder that the episode climbs; 0: it never left its first rung.';
comment on column episode.first_calls is 'The calls of rung 0 alone, likewise the other columns first_...; null while there are no others.';

-- Detectors look at labels and dollars in commit order; an alarm is a recorded fact.
create table watch (
  role_no integer not null,
  arm_no  integer not null,
  kind    text not null check (kind in ('drift', 'floor', 'ceiling', 'spike')),
  state   jsonb not null,
  primary key (role_no, arm_no, kind)
);
comment on table watch is 'What a sequential detector has gathered since its last alarm. arm_no 0: of the role as a whole.';
insert into watch (role_no, arm_no, kind, state) select role_no, arm_no, 'drift', state from drift_watch;
drop table drift_watch;

create table alarm (
  alarm_no  bigint generated always as identity primary key,
  role_no   integer not null,
  arm_no    integer not null,
  kind      text not null check (kind in ('drift_down', 'drift_up', 'floor', 'ceiling', 'spike')),
  bound     double precision not null,
  block     integer not null,
  calls     bigint not null,
  raised_at timestamptz not null default now()
);
create index alarm_by_role_and_kind on alarm (role_no, kind, alarm_no);
comment on table alarm is 'A detector raised an alarm. arm_no 0: of the role. bound: the floor (quality), the ceiling (USD per call), or what was usual until then. block: the one that is open from then on; calls: of the role until then.';

alter table arm_reset drop constraint arm_reset_pkey;
alter table arm_reset drop column bucket;
alter table arm_reset add primary key (role_no, arm_no, block);

create table arm_standing (
  role_no integer not null,
  arm_no  integer not null,
  block   integer not null,
  demoted boolean not null,
  cause   text not null check (cause in ('drift_down', 'drift_up', 'floor')),
  at      timestamptz not null default now(),
  primary key (role_no, arm_no, block)
);
comment on table arm_standing is 'A recorded fact: from this block on the arm is demoted (out of exploitation until it has 50 labels of this block and later ones) or no longer. The newest row of an arm counts.';
insert into arm_standing (role_no, arm_no, block, demoted, cause)
  select role_no, arm_no, block, direction = 'down', 'drift_' || direction from arm_reset;

alter table evidence_block add column floor_micros integer check (floor_micros between 1 and 999999);
comment on column evidence_block.floor_micros is 'The floor that decisions of this block are held to, 1e-6: the policy''s, or its share of what the reference was then believed to deliver. Null: the role had none.';
