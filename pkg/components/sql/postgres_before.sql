-- Runs before a dump is restored, in the same transaction: all that a dump has goes first, whatever schema it is in
-- or is not. An earlier restore is ended: Kubernetes lets its program wait on with all its locks when whoever fed it
-- was killed.
SET search_path = pg_catalog;
SET standard_conforming_strings = on;
SET client_min_messages = warning;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'styrmin-restore' AND usename = current_user AND pid <> pg_backend_pid();
-- Not every version has these.
SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout');
SET lock_timeout = '30s';
-- A dump is to be read as it is: psql would take "USER" for its variable in what PostgreSQL writes as numbers[1:"USER"].
\unset DBNAME
\unset ENCODING
\unset HOST
\unset PORT
\unset SERVER_VERSION_NAME
\unset SERVER_VERSION_NUM
\unset SERVICE
\unset USER
\unset VERSION
\unset VERSION_NAME
\unset VERSION_NUM
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE;
-- An event trigger may forbid all that follows.
SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger
WHERE oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND deptype = 'e') \gexec
-- Every database is born with it.
SELECT 'CREATE EXTENSION plpgsql' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'plpgsql') \gexec
DO $styrmin$
DECLARE
  statements text[];
  statement text;
  holders text;
BEGIN
  -- What an extension has made goes with the extension, and cannot go without it.
  WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
  drops (step, statement) AS (
    SELECT 1, format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_publication WHERE ('pg_publication'::regclass, oid) NOT IN (TABLE members)
    UNION ALL
    SELECT 2, format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL
    SELECT 3, format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema'
    UNION ALL
    SELECT 4, format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 5, format('DROP TRANSFORM IF EXISTS FOR %s LANGUAGE %I', format_type(trftype, NULL), lanname)
    FROM pg_transform t JOIN pg_language l ON l.oid = trflang WHERE t.oid >= 16384
    UNION ALL
    SELECT 6, format('DROP CAST IF EXISTS (%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL)) FROM pg_cast WHERE oid >= 16384
    UNION ALL
    SELECT 7, format('DROP LANGUAGE IF EXISTS %I CASCADE', lanname) FROM pg_language WHERE oid >= 16384 AND ('pg_language'::regclass, oid) NOT IN (TABLE members)
    UNION ALL
    SELECT 8, format('DROP ACCESS METHOD IF EXISTS %I CASCADE', amname) FROM pg_am WHERE oid >= 16384
    UNION ALL
    -- A default that equals the built-in one is none.
    SELECT 9, format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE ALL ON %s FROM %s', owner.rolname, kind, coalesce(quote_ident(grantee.rolname), 'PUBLIC'))
    FROM (SELECT defaclrole, defaclobjtype, (aclexplode(defaclacl)).grantee FROM pg_default_acl WHERE defaclnamespace = 0) a
    JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS'), ('T', 'TYPES'), ('n', 'SCHEMAS'), ('L', 'LARGE OBJECTS')) k (code, kind) ON code = defaclobjtype::text
    JOIN pg_roles owner ON owner.oid = defaclrole LEFT JOIN pg_roles grantee ON grantee.oid = a.grantee
    UNION ALL
    SELECT 10, format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT %s ON %s TO %s', owner.rolname, what, kind, coalesce(whom, quote_ident(owner.rolname)))
    FROM pg_default_acl
    JOIN (VALUES ('r', 'TABLES', 'ALL', NULL), ('S', 'SEQUENCES', 'ALL', NULL), ('f', 'FUNCTIONS', 'ALL', NULL), ('f', 'FUNCTIONS', 'EXECUTE', 'PUBLIC'),
      ('T', 'TYPES', 'ALL', NULL), ('T', 'TYPES', 'USAGE', 'PUBLIC'), ('n', 'SCHEMAS', 'ALL', NULL), ('L', 'LARGE OBJECTS', 'ALL', NULL)
    ) k (code, kind, what, whom) ON code = defaclobjtype::text
    JOIN pg_roles owner ON owner.oid = defaclrole WHERE defaclnamespace = 0
  )
  SELECT array_agg(d.statement ORDER BY step) INTO statements FROM drops d;
  FOREACH statement IN ARRAY coalesce(statements, '{}') LOOP
    EXECUTE statement;
  END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;

  CREATE SCHEMA public;
  COMMENT ON SCHEMA public IS 'standard public schema';
  GRANT USAGE ON SCHEMA public TO PUBLIC;
  IF current_setting('server_version_num')::int >= 150000 THEN
    ALTER SCHEMA public OWNER TO pg_database_owner;
  ELSE
    GRANT CREATE ON SCHEMA public TO PUBLIC;
  END IF;
EXCEPTION WHEN lock_not_available THEN
  SELECT string_agg(holder, ', ') INTO holders FROM (
    SELECT format('pid %s of %s (%s)', pid, usename, concat_ws(', ', nullif(application_name, ''), host(client_addr), state)) AS holder
    FROM pg_stat_activity a
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND EXISTS (
      SELECT FROM pg_locks l WHERE l.pid = a.pid AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    UNION ALL
    SELECT format('the prepared transaction %L', gid) FROM pg_prepared_xacts WHERE database = current_database()
  ) h;
  RAISE EXCEPTION 'the database is in use: waited 30 s for a lock of %. Stop the components that use it, then restore again; nothing was changed', coalesce(holders, 'a session that has just ended');
END
$styrmin$;
