-- Versions say who made them of what, and why; what is written stays as it is.
alter table policy_version
  add column author text,
  add column reason text,
  add column parent_digest text check (length(parent_digest) = 64);
update policy_version v set parent_digest =
  (select p.digest from policy_version p where p.tenant_no = v.tenant_no and p.version = v.version - 1);
comment on column policy_version.author is 'Name of the credentials, or file:<name>, or preset:<name>. Null: from before authors were kept.';
comment on column policy_version.parent_digest is 'Of the version in force until then: publishing compares it and swaps. Null: the first.';

create function refuse_rewriting_history() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are written once and stay', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger policy_version_stays before update or delete on policy_version
  for each row execute function refuse_rewriting_history();
create trigger policy_version_stays_whole before truncate on policy_version
  for each statement execute function refuse_rewriting_history();

-- A file or preset speaks when it changes, not at every start.
create table policy_source (
  tenant_no smallint primary key references tenant,
  digest    text not null check (length(digest) = 64),
  source    text not null,
  said_at   timestamptz not null default now()
);
comment on table policy_source is 'What a watched file or a preset said last: the same again undoes no version that somebody published since.';
insert into policy_source (tenant_no, digest, source, said_at)
  select distinct on (tenant_no) tenant_no, digest, source, published_at from policy_version order by tenant_no, version desc;

-- Every role to its preset tier, on every replica.
create table kill_switch (
  switch_no   bigint primary key check (switch_no > 0),
  is_on       boolean not null,
  reason      text,
  author      text not null,
  switched_at timestamptz not null
);
comment on table kill_switch is 'Append-only; the highest number is in force.';
create trigger kill_switch_stays before update or delete on kill_switch
  for each row execute function refuse_rewriting_history();
create trigger kill_switch_stays_whole before truncate on kill_switch
  for each statement execute function refuse_rewriting_history();
