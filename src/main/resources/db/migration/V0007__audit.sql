-- The audit trail: rows that only grow, chained by hash, with heads kept apart from what they vouch for.

alter table decision
  add column chain uuid,
  add column chain_position bigint check (chain_position > 0),
  add column chain_hash bytea check (length(chain_hash) = 32),
  add constraint decision_chained check (num_nulls(chain, chain_position, chain_hash) in (0, 3));
comment on column decision.chain is 'One run of one replica. chain_hash is SHA-256 of the previous hash and the canonical bytes of this row. Null: from before there were chains.';
-- Not unique: a forged row must not keep the true one out.
create index decision_by_chain on decision (chain, chain_position);
create index decision_by_time on decision using brin (decided_at);

create table audit_mark (
  chain    uuid not null,
  position bigint not null check (position > 0),
  hash     bytea not null check (length(hash) = 32),
  kind     text not null check (kind in ('open', 'gap', 'withheld', 'close')),
  replica  integer not null,
  at       timestamptz not null,
  amount   bigint not null check (amount >= 0),
  detail   text not null,
  primary key (chain, position)
);
comment on table audit_mark is 'Records of a chain that are no decisions: its begin and orderly end, counted losses (gap), answers that were withheld after their decision was logged.';

create table audit_anchor (
  anchor_no     bigint generated always as identity primary key,
  chain         uuid not null,
  replica       integer not null,
  position      bigint not null check (position >= 0),
  hash          bytea not null check (length(hash) = 32),
  answered      bigint not null check (answered >= 0),
  head_at       timestamptz not null,
  topic         text,
  partition     integer,
  record_offset bigint,
  anchored_at   timestamptz not null default now()
);
create index audit_anchor_by_chain on audit_anchor (chain, position);
create index audit_anchor_by_time on audit_anchor using brin (head_at);
comment on table audit_anchor is 'Heads of chains, written by the replica itself and not through the broker. answered: decisions answered by then; topic, partition, record_offset: where the head''s record lies.';

create table audit_event (
  position bigint primary key check (position > 0),
  hash     bytea not null check (length(hash) = 32),
  at       timestamptz not null,
  kind     text not null check (kind ~ '^[a-z_]+(\.[a-z_]+)+$'),
  actor    text not null,
  subject  text not null,
  detail   text not null
);
comment on table audit_event is 'What operators did, in the transaction that did it: one chain for the installation.';

-- What was decided before there were chains: so many rows and not one more.
insert into audit_anchor (chain, replica, position, hash, answered, head_at)
  select '00000000-0000-0000-0000-000000000000', 0, count(*), decode(repeat('00', 32), 'hex'), count(*), now() from decision;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'table % only grows: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$;
comment on function refuse_change() is 'Who may drop this trigger is found by the chain.';
create trigger only_grows before update or delete or truncate on decision for each statement execute function refuse_change();
create trigger only_grows before update or delete or truncate on audit_mark for each statement execute function refuse_change();
create trigger only_grows before update or delete or truncate on audit_anchor for each statement execute function refuse_change();
create trigger only_grows before update or delete or truncate on audit_event for each statement execute function refuse_change();
