-- The latest first, and how many of which code, without reading them all.
create index dead_letter_latest on dead_letter (at desc, record_offset desc, item) include (code);
create index dead_letter_of_code on dead_letter (code, at desc, record_offset desc, item);

create table dead_letter_forgotten (
  topic_id     text not null,
  partition    integer not null,
  below_offset bigint not null,
  primary key (topic_id, partition)
);
comment on table dead_letter_forgotten is 'A recorded fact: dead letters of records below this offset may be gone, so a rebuild does not compare them.';

comment on table span_link is 'Spans that may be above calls: others'', and calls that have a parent or a role. fresh: not yet looked at by the join.';
