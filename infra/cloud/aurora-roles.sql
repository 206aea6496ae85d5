-- Database roles of a cluster in the cloud. Bears being run again.
--
-- Run by psql as the master user, connected to the platform's database on the writer, before the migrations:
--   psql "host=<writer> dbname=<database> user=<master> sslmode=verify-full" -X -v ON_ERROR_STOP=1 -f aurora-roles.sql
-- PGPASSWORD is the master secret's password; those of the roles come by the environment variables below.
\set QUIET on
\getenv migration_password MIGRATION_PASSWORD
\getenv service_password SERVICE_PASSWORD
\getenv monitoring_password MONITORING_PASSWORD

-- A failing statement must not print a password, nor the server log one, as far as the master user has a say.
\set VERBOSITY terse
select set_config(name, value, false)
from (values ('log_statement', 'none'), ('log_min_error_statement', 'panic'), ('log_min_duration_statement', '-1'))
  as quiet (name, value)
where has_parameter_privilege(name, 'set') \g /dev/null
set password_encryption = 'scram-sha-256';

-- What the migrations grant to `api`, the service may do; `api` itself cannot log in.
select format('create role %I %s', role, attributes)
from (values ('api', 'nologin'), ('migration', 'login'), ('service', 'login'), ('monitoring', 'login'))
  as wanted (role, attributes)
where not exists (select from pg_roles where rolname = role) \gexec

alter role migration password :'migration_password';
alter role service password :'service_password';
alter role monitoring password :'monitoring_password';

-- The owner of the database owns its schema `public` (PostgreSQL 15 and later).
grant migration to current_user;
select format('alter database %I owner to migration', current_database()) \gexec

-- PUBLIC keeps CONNECT, which a user of RDS's own may rely on. Only an owner's grants are there to be
-- withdrawn, hence the role.
set role migration;
select format('revoke temporary on database %I from public', current_database()) \gexec
reset role;

grant api to service;
grant pg_monitor to monitoring;

create extension if not exists pg_stat_statements;
