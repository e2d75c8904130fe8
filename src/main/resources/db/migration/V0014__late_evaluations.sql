-- Judgements are kept one by one, so that a later one of the same name can take the place of an earlier one exactly.
create table evaluation (
  target      bytea not null,
  scope       integer not null,
  rung        smallint not null,
  name        text not null,
  identifier  text not null,
  score       double precision,
  passed      boolean,
  probability double precision,
  said_at     timestamptz not null,
  source      text not null,
  told_at     timestamptz not null default now(),
  standing    text not null
    check (standing in ('joined', 'held', 'session', 'credited', 'unrouted', 'foreign', 'too_late', 'expired')),
  root        bytea check (length(root) = 33),
  rank        bytea check (length(rank) = 21),
  check_at    timestamptz,
  checks      smallint not null default 0,
  primary key (target, scope, rung, name, identifier),
  check ((standing = 'joined') = (root is not null)),
  check ((root is null) = (rank is null))
);
comment on table evaluation is 'Every judgement, the latest of its target, name and identifier by (said_at, source, content). No free text: a label is kept as the verdict that it is.';
comment on column evaluation.target is 'S, trace and span; D and the root of a decision; R and a hash of a response id; H and the hash of a session.';
comment on column evaluation.standing is 'joined: counts. held: its target has not come. session: so has no decision of the session; credited: shared over those that have come. unrouted: what it judges was not decided here, or ran elsewhere than decided. foreign: of another tenant. too_late: its decision is older than what is kept. expired: its target never came.';
comment on column evaluation.scope is 'The tenant whose decisions alone it may judge; -1: of telemetry or of a caller of all tenants; -2: the call carries it itself.';
comment on column evaluation.source is 'Tells two of one moment apart.';
comment on column evaluation.rank is 'Its place in the episode: that of the call that it judges, or behind all calls of a rung.';
comment on column evaluation.check_at is 'When somebody looks again whether its target has come; null: nobody waits.';
create index evaluation_by_root on evaluation (root) where root is not null;
create index evaluation_waiting on evaluation (check_at) include (target) where check_at is not null;

-- A climbed call is evidence of the arm that ran it; its label may be replaced.
create table climbed_call (
  root        bytea not null check (length(root) = 33),
  rank        bytea not null check (length(rank) = 21),
  arm_no      integer not null,
  failed      boolean not null,
  label_v_micros bigint,
  label_q_micros integer,
  primary key (root, rank)
);
comment on table climbed_call is 'What each call of a higher rung contributes as its label. failed: it ended in an error that counts as 0 where nobody judges it.';

alter table episode
  add column credit_v_micros bigint,
  add column credit_q_micros integer,
  add column default_q_micros integer,
  add column watched boolean not null default false;
comment on column episode.flags is 'Flags that all seen calls'' decision ids carry: base or boosted label, holdout, control, drawn or not. Null: from before they were kept.';
comment on column episode.session_hash is 'Of the session that its calls name (of several the least); null: none. Draws of one session are not independent.';
comment on column episode.credit_q_micros is 'Its share of what the whole session was judged, weight and quality; counts where nobody judged the episode itself.';
comment on column episode.default_q_micros is 'What the policy takes an episode for that was to be judged and was not, within the reward wait; counts where there is no judgement at all.';
comment on column episode.watched is 'Whether the detectors have taken its first label: they take one, once.';
update episode set watched = true where label_rank is not null or (last_error and errors_count_as_zero);
create index episode_by_session on episode (session_hash) where session_hash is not null;

-- Facts of time: recorded when they happen, never worked out again.
create table expired_wait (
  root       bytea primary key check (length(root) = 33),
  role_no    integer not null,
  q_micros   integer not null check (q_micros between 0 and 1000000),
  expired_at timestamptz not null default now()
);
comment on table expired_wait is 'A recorded fact: nobody judged the episode within the reward wait, and the policy''s default was taken.';

create table reward_watermark (
  role_no    integer primary key,
  decided_at timestamptz not null,
  root       bytea not null
);
comment on table reward_watermark is 'Episodes of the role up to here have had their reward wait.';

create table late_episode (
  root    bytea primary key,
  role_no integer not null
);
comment on table late_episode is 'Episodes that came when their reward wait was over already: the next look takes them, whatever the watermark.';

-- Outcomes by POST: the key makes a resend count once.
create table outcome (
  caller_scope    integer not null,
  idempotency_key text not null,
  item            integer not null,
  body_sha256     bytea not null,
  told_at         timestamptz not null default now(),
  primary key (caller_scope, idempotency_key, item)
);
create index outcome_by_age on outcome (told_at);
comment on table outcome is 'Outcomes that were taken, by the key that their sender gave them; forgotten after the keys'' life. caller_scope: the sender''s tenant; -1: of all tenants.';

-- Do judgements find what they judge?
create table correlation_hour (
  hour       timestamptz primary key,
  told       bigint not null default 0,
  correlated bigint not null default 0,
  asked      bigint not null default 0,
  answered   bigint not null default 0
);
comment on table correlation_hour is 'told: evaluations that came by themselves in this hour; correlated: those of them that found their decision since. asked: decisions of this hour that were to be judged; answered: those of them that were.';

create table correlation_alarm (
  kind      text not null check (kind in ('not_correlated', 'not_answered')),
  raised_at timestamptz not null default now(),
  ended_at  timestamptz,
  n         bigint not null,
  rate      double precision not null,
  primary key (kind, raised_at)
);
create unique index correlation_alarm_open on correlation_alarm (kind) where ended_at is null;
comment on table correlation_alarm is 'Judgements did not find their decisions, or decisions that were to be judged were not. One is open at a time.';
