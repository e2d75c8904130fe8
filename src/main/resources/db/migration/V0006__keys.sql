-- Who may do what. A key is kept as the SHA-256 of its characters: what stands here opens nothing.
create table api_key (
  key_id      text primary key check (key_id ~ '^[a-z0-9]{1,32}$'),
  hash        bytea not null check (length(hash) = 32),
  name        text not null check (length(name) between 1 and 100),
  tenant_no   smallint not null references tenant,
  all_tenants boolean not null,
  scopes      text[] not null
    check (cardinality(scopes) > 0 and scopes <@ array['route', 'tell', 'read', 'operate', 'policy']),
  data_class  text check (length(data_class) between 1 and 256),
  created_at  timestamptz not null default now(),
  created_by  text not null,
  expires_at  timestamptz,
  revoked_at  timestamptz
);
comment on table api_key is 'API keys. Rows stay: a revoked key still says who had it.';
comment on column api_key.all_tenants is 'Bound to no tenant: sees the whole installation, may speak for tenants through the trusted header.';
comment on column api_key.data_class is 'That all requests of this key have, whatever they say; null: they say it.';

-- Replicas look at this number, and at the keys only where it moved. A trigger moves it, so that a key
-- that is revoked by hand is revoked, too; its row lock makes the writers follow one another.
create table api_key_change (
  one     boolean primary key default true check (one),
  version bigint not null
);
insert into api_key_change (version) values (0);

create function api_key_changed() returns trigger language plpgsql as $$
begin
  update api_key_change set version = version + 1;
  return null;
end $$;
create trigger api_key_changed after insert or update or delete or truncate on api_key
  for each statement execute function api_key_changed();
create trigger tenant_changed after insert or update or delete or truncate on tenant
  for each statement execute function api_key_changed();

alter table tenant add constraint tenant_name_form check (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$');

alter table decision add column tenant text;
comment on column decision.tenant is 'Of the credentials that asked; null in rows from before there were any, since the chain holds them so.';
alter table call add column tenant_no smallint not null default 0;
comment on column call.tenant_no is 'Of the decision that the call carries: its id is authenticated, spans are not. 0 where it carries none.';
