-- Why a dump of this database could not be restored, or would not be all of it. What stands cannot be removed by a
-- restore of an earlier one, either. Whoever uses this adds which lines to select.
SET search_path = pg_catalog;
WITH
me AS (SELECT oid, rolname, rolsuper FROM pg_roles WHERE rolname = current_user),
members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
objects (classid, oid, schema, owner) AS (
  SELECT 'pg_class'::regclass, oid, relnamespace, relowner FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
  UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace, proowner FROM pg_proc
  UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace, typowner FROM pg_type WHERE typelem = 0 AND typrelid = 0
  UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace, oprowner FROM pg_operator
  UNION ALL SELECT 'pg_opclass'::regclass, oid, opcnamespace, opcowner FROM pg_opclass
  UNION ALL SELECT 'pg_conversion'::regclass, oid, connamespace, conowner FROM pg_conversion
  UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace, cfgowner FROM pg_ts_config
  UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, nspowner FROM pg_namespace
  UNION ALL SELECT 'pg_extension'::regclass, oid, 0, extowner FROM pg_extension
  UNION ALL SELECT 'pg_event_trigger'::regclass, oid, 0, evtowner FROM pg_event_trigger
  UNION ALL SELECT 'pg_publication'::regclass, oid, 0, pubowner FROM pg_publication
  UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwowner FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 0, srvowner FROM pg_foreign_server
  UNION ALL SELECT 'pg_language'::regclass, oid, 0, lanowner FROM pg_language
  UNION ALL SELECT 'pg_largeobject'::regclass, oid, 0, lomowner FROM pg_largeobject_metadata
),
-- What initdb made has smaller numbers; public is like any other schema.
own AS (SELECT * FROM objects WHERE (oid >= 16384 OR classid = 'pg_namespace'::regclass AND oid = to_regnamespace('public')) AND (classid::oid, oid) NOT IN (TABLE members)),
faults (stands, fault) AS (
  SELECT true, format('subscription %I: what it has received, and how far it is, are in no dump. Drop it, and create it again after a restore', subname)
  FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL
  SELECT true, format('%s is in the schema pg_catalog, which a dump leaves out: move it to another (ALTER … SET SCHEMA)', pg_describe_object(classid, oid, 0))
  FROM own WHERE schema = 'pg_catalog'::regnamespace
  UNION ALL
  SELECT false, format('language %I: its handler is a built-in function, and what a dump says of it cannot be restored. Give it one of its own (CREATE FUNCTION … RETURNS language_handler)', lanname)
  FROM pg_language WHERE oid >= 16384 AND lanplcallfoid < 16384 AND ('pg_language'::regclass::oid, oid) NOT IN (TABLE members)
  UNION ALL
  SELECT false, format('extension %I: a dump of it is restored only by its own procedure, which its documentation describes: let an action run that (execute_commands)', extname)
  FROM pg_extension WHERE extname IN ('timescaledb', 'citus')
  UNION ALL
  -- A transaction keeps a lock of all that it drops and makes. The server has some more room than it says.
  SELECT false, format('a restore is one transaction, and needs a lock for each of %s objects: set max_locks_per_transaction to %s or more, and restart the server', needed, 64 * (1 + needed / slots / 64))
  FROM (
    SELECT (SELECT 2 * count(*) FROM pg_class WHERE oid >= 16384 AND relpersistence <> 't') + (SELECT count(*) FROM pg_largeobject_metadata)
        + (SELECT count(*) FROM pg_type WHERE oid >= 16384) + (SELECT count(*) FROM pg_proc WHERE oid >= 16384) + (SELECT count(*) FROM pg_constraint WHERE oid >= 16384)
        + (SELECT count(*) FROM pg_attrdef) + (SELECT count(*) FROM pg_trigger) AS needed,
      (sum(setting::int) FILTER (WHERE name <> 'max_locks_per_transaction'))::bigint AS slots, (sum(setting::int) FILTER (WHERE name = 'max_locks_per_transaction'))::bigint AS each
    FROM pg_settings WHERE name IN ('max_connections', 'max_prepared_transactions', 'max_worker_processes', 'max_wal_senders', 'autovacuum_max_workers', 'max_locks_per_transaction')
  ) l WHERE needed > 1.25 * slots * each
  UNION ALL
  SELECT true, format('%s belongs to %I, and %I, who makes backups and restores them, is neither a superuser nor a member of that role. Make %3$I a member (GRANT), or let PGUSER or POSTGRES_USER in the container''s environment name a superuser',
    pg_describe_object(classid, own.oid, 0), pg_get_userbyid(owner), rolname)
  FROM own, me WHERE NOT rolsuper AND NOT pg_has_role(owner, 'MEMBER') AND left(coalesce((SELECT nspname FROM pg_namespace n WHERE n.oid = own.schema), ''), 3) <> 'pg_'
    AND NOT (classid = 'pg_namespace'::regclass AND left((SELECT nspname FROM pg_namespace n WHERE n.oid = own.oid), 3) = 'pg_')
)
