-- What a backup needs beyond its dump: the roles that own something or are granted something, and what belongs to
-- the database as a whole. The output is SQL, and is stored before the dump.
SET search_path = pg_catalog;
SELECT format('SELECT pg_catalog.set_config(''styrmin.roles'', %L, true);', ARRAY(
  SELECT rolname FROM pg_roles r WHERE
    oid IN (SELECT refobjid FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND dbid = d.oid)
    OR oid IN (SELECT setrole FROM pg_db_role_setting WHERE setdatabase = d.oid)
    -- Nothing records what belongs to the very first role.
    OR oid IN (
      SELECT relowner FROM pg_class WHERE oid >= 16384 UNION SELECT nspowner FROM pg_namespace WHERE oid >= 16384
      UNION SELECT proowner FROM pg_proc WHERE oid >= 16384 UNION SELECT typowner FROM pg_type WHERE oid >= 16384)
  ORDER BY rolname)::text)
FROM pg_database d WHERE datname = current_database();
SELECT format('SELECT pg_catalog.set_config(''styrmin.database'', %L, true);', json_build_object(
  'public', EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public'),
  'comment', shobj_description(d.oid, 'pg_database'),
  'settings', (SELECT coalesce(json_agg(json_build_object('role', coalesce(rolname, ''), 'settings', setconfig)), '[]')
    FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole WHERE setdatabase = d.oid))::text)
FROM pg_database d WHERE datname = current_database();
