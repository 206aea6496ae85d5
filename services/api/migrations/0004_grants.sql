-- The service's own role reads and writes rows; what was loaded it only reads.

do $$
begin
  if exists (select from pg_roles where rolname = 'api') then
    grant select, insert, update, delete
      on locality, zip_locality, relative_value, category, business, review to api;
    grant select on dataset to api;
  else
    raise warning 'There is no role "api", so nothing was granted. Create it, then grant what 0004_grants.sql states.';
  end if;
end
$$;
