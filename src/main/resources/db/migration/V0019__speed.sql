-- The sketch of an arm's latencies was kept by block, and read as the sum over all of its blocks: with blocks of some hundred calls
-- that was a row for almost every call. Kept as that sum it stops growing.
create table evidence_latency_of_arm (
  role_no integer not null,
  bucket  smallint not null,
  arm_no  integer not null,
  bin     smallint not null,
  calls   bigint not null,
  constraint evidence_latency_of_arm_pkey primary key (role_no, bucket, arm_no, bin)
) with (fillfactor = 50); -- each row is updated with almost every batch
insert into evidence_latency_of_arm (role_no, bucket, arm_no, bin, calls)
  select role_no, bucket, arm_no, bin, sum(calls)::bigint from evidence_latency group by role_no, bucket, arm_no, bin;
drop table evidence_latency;
alter table evidence_latency_of_arm rename to evidence_latency;
alter table evidence_latency rename constraint evidence_latency_of_arm_pkey to evidence_latency_pkey;
comment on table evidence_latency is 'Mergeable latency sketch of an arm, over all blocks: calls per logarithmic bin.';

-- No statement looks for calls by role: hours answer that.
drop index call_by_role_and_day;
