create table price_catalogue (
  digest          text primary key,
  content         bytea not null,
  first_loaded_at timestamptz not null default now(),
  last_loaded_at  timestamptz not null default now()
);
comment on table price_catalogue is 'A recorded fact: every price file that was ever in force, byte for byte, so that what it priced can be priced again. digest: SHA-256 of content, in hex.';

create table price_divergence (
  provider            text    not null,
  model               text    not null,
  calls               bigint  not null,
  beyond              bigint  not null,
  catalogue_nano_usd  numeric not null,
  reported_nano_usd   numeric not null,
  primary key (provider, model)
);
comment on table price_divergence is 'Calls that the catalogue prices and whose span reports dollars too. beyond: those where the two differ by more than 1 %. provider: "" where the span names none.';

-- Where the catalogue prices a role's models, its allocation is not settled by the epoch alone.
alter table decision add column prices integer not null default 0;
comment on column decision.prices is 'A number of the catalogue''s prices that the allocation was made at; 0: the policy says them all, or nothing was drawn.';

alter table allocation add column prices integer not null default 0;
alter table allocation drop constraint allocation_pkey;
alter table allocation add primary key (role_no, bucket, mask, policy_version, epoch, pace, prices);
comment on column allocation.prices is 'A number of the catalogue''s prices that it was made at; 0: of none.';
