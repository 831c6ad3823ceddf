-- Stands in a backup before its dump, and runs in the same transaction, with what postgres_beyond.sql has found.
DO $styrmin$
DECLARE
  missing text;
  had json := current_setting('styrmin.database');
  change record;
  setting text;
BEGIN
  SELECT string_agg(quote_ident(r), ', ') INTO missing FROM unnest(current_setting('styrmin.roles')::text[]) r
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = r);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'the backup has objects or privileges of roles that are not there: %. Roles belong to the server and are not in a backup: create them (CREATE ROLE), then restore again; nothing was changed', missing;
  END IF;
  IF NOT (had ->> 'public')::boolean THEN
    DROP SCHEMA public;
  END IF;
  IF (had ->> 'comment') IS DISTINCT FROM (SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()) THEN
    EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), had ->> 'comment');
  END IF;
  FOR change IN
    SELECT was.settings, CASE coalesce(now.role, was.role)
      WHEN '' THEN format('ALTER DATABASE %I', current_database())
      ELSE format('ALTER ROLE %I IN DATABASE %I', coalesce(now.role, was.role), current_database()) END AS of_whom
    FROM (SELECT e ->> 'role' AS role, ARRAY(SELECT json_array_elements_text(e -> 'settings')) AS settings FROM json_array_elements(had -> 'settings') e) was
    FULL JOIN (
      SELECT coalesce(rolname, '') AS role, setconfig AS settings FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole
      WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) now ON now.role = was.role
    WHERE now.settings IS DISTINCT FROM was.settings
  LOOP
    EXECUTE change.of_whom || ' RESET ALL';
    FOREACH setting IN ARRAY coalesce(change.settings, '{}') LOOP
      EXECUTE format('%s SET %I TO %s', change.of_whom, split_part(setting, '=', 1), (
        -- These are lists, kept with their quotation marks.
        SELECT CASE WHEN lower(split_part(setting, '=', 1)) IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
          THEN coalesce((SELECT string_agg(quote_literal(coalesce(replace(m[1], '""', '"'), m[2])), ', ') FROM regexp_matches(value, '"((?:[^"]|"")*)"|([^", ]+)', 'g') m), '''''')
          ELSE quote_literal(value) END
        FROM substr(setting, strpos(setting, '=') + 1) value));
    END LOOP;
  END LOOP;
END
$styrmin$;
