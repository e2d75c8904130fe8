-- What records were judged by: without it nobody could judge them again and come to the same sums.
create table judging (
  generation       integer generated always as identity primary key,
  policy_version   integer not null,
  catalogue_digest text not null,
  began_at         timestamptz not null default now()
);
comment on table judging is 'A recorded fact: a stretch of time in which every replica judged by one policy and one price catalogue. Every transaction of a generation is committed before the first of the next one. catalogue_digest: of price_catalogue, or none.';

create table judged_from (
  cluster_id  text not null,
  topic_id    text not null,
  partition   integer not null,
  generation  integer not null references judging,
  topic       text not null,
  from_offset bigint not null,
  primary key (cluster_id, topic_id, partition, generation)
);
comment on table judged_from is 'A recorded fact: from this offset on, and until the next row of the partition, its records were judged in this generation.';
