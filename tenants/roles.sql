-- The roles of one PostgreSQL server. Run once by a superuser (running it again changes nothing), before database.sql.
-- Passwords are not set here: on a real server give them with ALTER ROLE … PASSWORD, or use certificates.
--
-- cadenza_owner     owns every table; nobody logs in as it, and row-level security is forced on it too
-- cadenza_definer   owns the few functions that look across firms, and nothing else
-- cadenza_migrator  runs `migrate`, in the deploy step only: bypasses row-level security so that foreign keys are really
--                   validated and data migrations see rows; its secret never enters the web or worker environment
-- cadenza_backup    reads every row of every firm for pg_dump, and writes nothing
-- cadenza_app       web and workers: neither superuser nor owner nor bypassing; has no TRUNCATE (it would ignore the policies)
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['cadenza_owner', 'cadenza_definer', 'cadenza_migrator', 'cadenza_backup', 'cadenza_app'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
    END LOOP;
END
$$;

ALTER ROLE cadenza_owner NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
ALTER ROLE cadenza_definer NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
ALTER ROLE cadenza_migrator LOGIN NOINHERIT BYPASSRLS CREATEDB NOSUPERUSER NOCREATEROLE;
ALTER ROLE cadenza_backup LOGIN BYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE cadenza_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;

GRANT pg_read_all_data TO cadenza_backup;
GRANT cadenza_owner, cadenza_definer TO cadenza_migrator WITH INHERIT TRUE, SET TRUE;

ALTER ROLE cadenza_app SET statement_timeout = '15s';
ALTER ROLE cadenza_app SET lock_timeout = '5s';
ALTER ROLE cadenza_app SET idle_in_transaction_session_timeout = '60s';
-- Otherwise an injected statement could read the SQL of other firms' sessions in pg_stat_activity.
ALTER ROLE cadenza_app SET track_activities = off;
ALTER ROLE cadenza_app SET max_parallel_workers_per_gather = 0;
-- A session keeps what its temporary tables once took: imports fill them from end to end, so that more would only be held.
ALTER ROLE cadenza_app SET temp_buffers = '1MB';
