-- Buckets get numbers once, by what they mean, and keep them for ever: decision ids carry the numbers.
create table context_bucket (
  role_no integer not null references role,
  bucket  smallint not null check (bucket between 1 and 255),
  meaning text not null,
  primary key (role_no, bucket)
);
create unique index context_bucket_by_meaning on context_bucket (role_no, md5(meaning));
comment on table context_bucket is 'Which requests of a role a bucket holds, as one canonical text. Numbers are never reused, so a changed definition cannot mix evidence: 1 byte of every decision id, 0 is no context.';

-- An arm that is routed by context is compared with its own past within the bucket.
alter table watch add column bucket smallint not null default 0;
alter table watch drop constraint watch_pkey;
alter table watch add primary key (role_no, bucket, arm_no, kind);
comment on column watch.bucket is 'Of a drift detector: the bucket of calls that were routed by their context; 0: all others.';
