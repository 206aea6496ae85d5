-- Roles, database and replication slots of stack `local`. Bears being run again.
-- Passwords come by the environment; the number of replicas as the variable `replicas`.
\set QUIET on
\getenv owner_password OWNER_PASSWORD
\getenv api_password API_PASSWORD
\getenv replication_password REPLICATION_PASSWORD

-- A failing statement must not print a password.
\set VERBOSITY terse
set log_statement = 'none';
set log_min_error_statement = 'panic';

select format('create role %I login', role)
from unnest(array['keelson', 'api', 'replication']) as role
where not exists (select from pg_roles where rolname = role) \gexec

alter role keelson password :'owner_password';
alter role api password :'api_password';
alter role replication replication password :'replication_password';

select 'create database keelson owner keelson'
where not exists (select from pg_database where datname = 'keelson') \gexec

revoke all on database keelson from public;
grant connect on database keelson to api;

-- A slot that no replica reads would hold back the log for ever.
select pg_drop_replication_slot(slot_name)
from pg_replication_slots
where slot_name ~ '^replica_\d+$' and not active and substr(slot_name, 9)::int > :replicas \g /dev/null

select pg_create_physical_replication_slot('replica_' || number, true)
from generate_series(1, :replicas) as number
where not exists (select from pg_replication_slots where slot_name = 'replica_' || number) \g /dev/null
