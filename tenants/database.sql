-- What one database needs before the first `migrate`. Run inside it, after roles.sql, by a superuser or (for a database
-- that belongs to cadenza_owner) by cadenza_migrator. Running it again changes nothing. A database made from a template
-- needs it too: grants on the database itself are not copied.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO cadenza_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMP ON DATABASE %I TO cadenza_app, cadenza_migrator', current_database());
    -- A server whose roles are of an earlier version has no backup role until roles.sql is run again.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cadenza_backup') THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO cadenza_backup', current_database());
    END IF;
    EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'UTC');
END
$$;

ALTER SCHEMA public OWNER TO cadenza_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cadenza_app, cadenza_definer;

DO $$
BEGIN
    IF to_regnamespace('app') IS NULL THEN
        CREATE SCHEMA app AUTHORIZATION cadenza_owner;
    END IF;
END
$$;
GRANT USAGE ON SCHEMA app TO cadenza_app, cadenza_definer;
GRANT CREATE ON SCHEMA app TO cadenza_definer;

-- Before the first migrate, because default privileges do not reach tables that exist already.
ALTER DEFAULT PRIVILEGES FOR ROLE cadenza_migrator IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cadenza_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cadenza_migrator IN SCHEMA public GRANT USAGE ON SEQUENCES TO cadenza_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cadenza_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Trigrams for search by part of a name; the other two let plain columns join such an index or an exclusion constraint.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['pg_trgm', 'btree_gin', 'btree_gist'] LOOP
        IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = wanted) THEN
            EXECUTE format('CREATE EXTENSION %I WITH SCHEMA public', wanted);
        END IF;
    END LOOP;
END
$$;
