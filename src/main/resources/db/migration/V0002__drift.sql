-- An arm is watched against its own baseline; an alarm is a recorded fact, applied at read.

create table drift_watch (
  role_no integer not null,
  bucket  smallint not null,
  arm_no  integer not null,
  state   jsonb not null,
  primary key (role_no, bucket, arm_no)
);
comment on table drift_watch is 'What the drift detector of an arm has gathered since its last baseline.';

create table arm_reset (
  role_no   integer not null,
  bucket    smallint not null,
  arm_no    integer not null,
  block     integer not null,
  direction text not null check (direction in ('down', 'up')),
  reset_at  timestamptz not null default now(),
  primary key (role_no, bucket, arm_no, block)
);
comment on table arm_reset is 'The arm drifted: its evidence of blocks before this one, which the reset opened, counts .05.';
