-- How models stand: read every second by what came in lately.
create index call_by_ingestion on call (ingested_at);

create table pool_demand (
  model            text not null,
  run              uuid not null,
  tasks_per_minute double precision not null check (tasks_per_minute >= 0),
  demand           double precision not null check (demand >= 0),
  at               timestamptz not null default now(),
  primary key (model, run)
);
comment on table pool_demand is 'What each running replica admits to a model of limited capacity, and the tasks per minute that it would have without a limit. Overwritten every second; rows of ended runs go after an hour.';
