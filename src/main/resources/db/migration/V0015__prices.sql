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
