-- Names get numbers once and keep them for ever: decision ids carry the numbers.
create table tenant (
  tenant_no smallint primary key,
  name      text not null unique
);
insert into tenant (tenant_no, name) values (0, 'default');

create table role (
  role_no   integer generated always as identity (minvalue 1 maxvalue 16777215) primary key,
  tenant_no smallint not null references tenant,
  name      text not null,
  unique (tenant_no, name)
);
comment on table role is 'An agent role of a tenant. Numbers are never reused: 3 bytes of every decision id.';

create table arm (
  tenant_no smallint not null references tenant,
  arm_no    integer not null check (arm_no between 1 and 65535),
  key       text not null,
  primary key (tenant_no, arm_no),
  unique (tenant_no, key)
);
comment on table arm is 'tier/model of a tenant. Numbers are never reused: 2 bytes of every decision id.';

create table policy_version (
  tenant_no    smallint not null references tenant,
  version      integer not null check (version > 0),
  digest       text not null check (length(digest) = 64),
  document     text not null,
  source       text not null,
  published_at timestamptz not null default now(),
  primary key (tenant_no, version)
);
comment on table policy_version is 'Every policy that was ever in force, immutable; digest is SHA-256 of the canonical document.';

create table decision_key (
  key_no     smallint primary key check (key_no between 0 and 14),
  secret     bytea not null check (length(secret) >= 32),
  created_at timestamptz not null default now()
);
comment on table decision_key is 'Keys that authenticate decision ids. The highest number signs, all of them verify. 15 is never stored: it marks ids signed while the database was out of reach.';

-- What was decided (written behind the answers, through Kafka).
create table decision (
  decision_id       bytea not null check (length(decision_id) = 48),
  replica           integer not null,
  sequence          bigint not null,
  decided_at        timestamptz not null,
  role_no           integer not null,
  role              text not null,
  arm               text not null,
  tier              text not null,
  model             text not null,
  reason            text not null,
  propensity        double precision not null,
  policy_version    integer not null,
  epoch             bigint not null,
  bucket            smallint not null,
  mask              bigint not null,
  evaluate          boolean not null,
  learning          text not null,
  constraints       text not null,
  snapshot_age_millis bigint not null,
  collaboration     text,
  session_id        text,
  run_id            text,
  step              text,
  data_class        text,
  tags              text,
  shadow_arm        text,
  shadow_propensity double precision,
  primary key (decision_id, replica, sequence)
);
comment on table decision is 'One row per answer of /route. A continued task repeats its root''s id: replica and sequence tell the answers apart.';
create index decision_by_role_and_time on decision (role_no, decided_at);

create table allocation (
  role_no        integer not null,
  bucket         smallint not null,
  mask           bigint not null,
  policy_version integer not null,
  epoch          bigint not null,
  explanation    text not null,
  primary key (role_no, bucket, mask, policy_version, epoch)
);
comment on table allocation is 'Why: candidates, posteriors and propensities of each allocation that answered at least once, as JSON of the function that decided.';

-- What really happened.
create table call (
  day                date not null,
  trace_id           bytea not null check (length(trace_id) = 16),
  span_id            bytea not null check (length(span_id) = 8),
  started_at         timestamptz not null,
  latency_millis     bigint not null,
  ingested_at        timestamptz not null default now(),
  dialect            text not null,
  model              text,
  provider           text,
  input_tokens       bigint,
  cache_read_tokens  bigint,
  cache_write_tokens bigint,
  output_tokens      bigint,
  reasoning_tokens   bigint,
  catalogue_nano_usd bigint,
  reported_nano_usd  bigint,
  role               text not null,
  role_source        text not null,
  decision_id        bytea,
  followed           boolean,
  session_id         text,
  response_id        text,
  error              boolean not null,
  error_type         text,
  quality_micros     integer check (quality_micros between 0 and 1000000),
  primary key (day, trace_id, span_id)
);
comment on table call is 'One row per leaf model call; the primary key is the deduplication: day of the span''s start (UTC), trace, span. No prompt or completion text.';
comment on column call.role is 'The role, or "unattributed" where nothing named one.';
comment on column call.followed is 'Whether the model that ran is the one decided; null without a decision.';
create index call_by_role_and_day on call (role, day);

-- What is learned: exact integer sums, so that any order of arrival gives the same state.
create table role_state (
  role_no integer primary key,
  calls   bigint not null,
  epoch   bigint not null,
  block   integer not null
);
comment on table role_state is 'calls: of routed, followed spans of the role; epoch: one more for every transaction that changed its evidence; block: the one that is open.';

create table evidence_block (
  role_no         integer not null,
  block           integer not null check (block between 0 and 16777215),
  opened_at_calls bigint not null,
  opened_at       timestamptz not null default now(),
  cause           text not null,
  primary key (role_no, block)
);
comment on table evidence_block is 'A recorded fact: evidence is forgotten by the age of its block in calls of the role.';

create table evidence (
  role_no            integer not null,
  bucket             smallint not null,
  arm_no             integer not null,
  block              integer not null,
  episodes           bigint not null,
  labels             bigint not null,
  sum_v              numeric(38) not null,
  sum_v2             numeric(38) not null,
  sum_vq             numeric(38) not null,
  input_tokens       bigint not null,
  cache_read_tokens  bigint not null,
  cache_write_tokens bigint not null,
  output_tokens      bigint not null,
  reasoning_tokens   bigint not null,
  token_episodes     bigint not null,
  dollar_episodes    bigint not null,
  sum_nano_usd       numeric(38) not null,
  sum_nano_usd2      numeric(58) not null,
  errors             bigint not null,
  latency_count      bigint not null,
  sum_latency_millis bigint not null,
  primary key (role_no, bucket, arm_no, block)
);
comment on column evidence.sum_v is 'Sum of label weights, 1e-6 units.';
comment on column evidence.sum_v2 is 'Sum of squared label weights, 1e-12 units.';
comment on column evidence.sum_vq is 'Sum of weight times quality, 1e-12 units.';

create table evidence_latency (
  role_no integer not null,
  bucket  smallint not null,
  arm_no  integer not null,
  block   integer not null,
  bin     smallint not null,
  calls   bigint not null,
  primary key (role_no, bucket, arm_no, block, bin)
);
comment on table evidence_latency is 'Mergeable latency sketch: calls per logarithmic bin.';

create table episode (
  root               bytea primary key check (length(root) = 33),
  role_no            integer not null,
  bucket             smallint not null,
  arm_no             integer not null,
  block              integer not null,
  calls              integer not null,
  input_tokens       bigint not null,
  cache_read_tokens  bigint not null,
  cache_write_tokens bigint not null,
  output_tokens      bigint not null,
  reasoning_tokens   bigint not null,
  token_calls        integer not null,
  nano_usd           bigint not null,
  dollar_calls       integer not null,
  errors             integer not null,
  last_rank          bytea not null,
  last_error         boolean not null,
  label_rank         bytea,
  label_v_micros     bigint,
  label_q_micros     integer,
  errors_count_as_zero boolean not null,
  touched_at         timestamptz not null default now()
);
comment on table episode is 'All calls of one first decision added up. Its contribution to evidence is replaced (subtract, add) as further spans arrive; root is the part of the decision id that its continuations repeat.';

-- Where the streams stand: moves in the transaction that applies the records.
create table stream_position (
  cluster_id  text not null,
  topic_id    text not null,
  partition   integer not null,
  topic       text not null,
  next_offset bigint not null,
  moved_at    timestamptz not null default now(),
  primary key (cluster_id, topic_id, partition)
);

create table dead_letter (
  cluster_id    text not null,
  topic_id      text not null,
  partition     integer not null,
  record_offset bigint not null,
  item          integer not null,
  topic         text not null,
  code          text not null,
  field         text,
  message       text not null,
  trace_id      text,
  span_id       text,
  value_bytes   integer not null,
  value_sha256  text not null,
  at            timestamptz not null default now(),
  primary key (cluster_id, topic_id, partition, record_offset, item)
);
comment on table dead_letter is 'What could not be read, once each, and where it still is. Never the value: it may hold prompt text.';

create table ingest_total (
  name  text primary key,
  total bigint not null
);
comment on table ingest_total is 'Exact totals since the first record: spans, calls, duplicates, not_calls, dead_letters, unattributed, unpriced, not_followed, ...';
