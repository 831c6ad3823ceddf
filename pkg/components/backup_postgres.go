package components

const postgresEnvironment = "set -eu" + fromFile + `
PGUSER=${PGUSER:-$(secret POSTGRES_USER)}; export PGUSER=${PGUSER:-postgres}
PGDATABASE=${PGDATABASE:-$(secret POSTGRES_DB)}; export PGDATABASE=${PGDATABASE:-$PGUSER}
export PGPASSWORD="${PGPASSWORD:-$(secret POSTGRES_PASSWORD)}"
`

// postgres dumps one database, and restores it in one transaction: what was made since
// goes with the schemas, and a restore that fails or breaks off leaves all as it was.
var postgres = dumper{
	kind:      "postgres",
	dumping:   postgresEnvironment + watched + "watched pg_dump --no-password --format=plain",
	restoring: postgresEnvironment + "export PGAPPNAME=styrmin-restore\npsql --no-password --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=VERBOSITY=terse --output=/dev/null",
	before: `DO $$ BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'styrmin-restore' AND usename = current_user AND pid <> pg_backend_pid();
END $$;
BEGIN;
DO $styrmin$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
  CREATE SCHEMA public;
  GRANT USAGE ON SCHEMA public TO PUBLIC;
  IF current_setting('server_version_num')::int >= 150000 THEN
    ALTER SCHEMA public OWNER TO pg_database_owner;
  ELSE
    GRANT CREATE ON SCHEMA public TO PUBLIC;
  END IF;
END
$styrmin$;
`,
	after: "\nCOMMIT;\n",
}
