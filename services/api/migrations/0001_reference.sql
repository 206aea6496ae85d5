-- What a price is made of. Rows of several years stand side by side.

create table locality (
  year smallint not null,
  carrier text not null,
  locality text not null,
  state text not null,
  name text not null,
  work_gpci numeric(6, 3) not null check (work_gpci > 0),
  practice_expense_gpci numeric(6, 3) not null check (practice_expense_gpci > 0),
  malpractice_gpci numeric(6, 3) not null check (malpractice_gpci > 0),
  primary key (year, carrier, locality)
);

create table zip_locality (
  year smallint not null,
  zip text not null check (zip ~ '^\d{5}$'),
  state text not null,
  carrier text not null,
  locality text not null,
  primary key (year, zip)
);

create table relative_value (
  year smallint not null,
  code text not null,
  modifier text not null default '',
  description text not null,
  status text not null,
  work numeric(8, 2) not null check (work >= 0),
  practice_expense_nonfacility numeric(8, 2) not null check (practice_expense_nonfacility >= 0),
  practice_expense_facility numeric(8, 2) not null check (practice_expense_facility >= 0),
  malpractice numeric(8, 2) not null check (malpractice >= 0),
  conversion_factor numeric(8, 4) not null check (conversion_factor > 0),
  primary key (year, code, modifier)
);
