-- What was loaded, so that loading the same again does nothing.

create table dataset (
  name text primary key,
  fingerprint text not null,
  rows integer not null,
  loaded_at timestamptz not null default now()
);
