package components

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// dumper is how the data of one kind of database gets out of its container, and in again.
type dumper struct {
	kind string
	// dump writes everything to standard output; restore reads it. Both are scripts that never
	// change: what they need they find in the environment of the container, as the well-known
	// images name it. No password is in any command line.
	dump, restore string
	// before and after surround the dump when it is restored. Without what is after it, a
	// restore that broke off changes nothing, where the database can do that. What is before
	// ends an earlier restore: Kubernetes lets its program wait on with all its locks when
	// whoever fed it was killed.
	before, after string
}

// dumpers are the kinds of backups by dump.
var dumpers = map[string]dumper{"postgres": postgres, "mariadb": mariadb}

// dumperOf is the one of the component's driver.
func dumperOf(component Component) (dumper, error) {
	kinds := strings.Join(slices.Sorted(maps.Keys(dumpers)), ", ")
	if component.Backup == nil || component.Backup.Kind == "" {
		return dumper{}, &UnsupportedError{What: fmt.Sprintf("the driver does not say how it is backed up: set spec.components.%s.backup.kind to one of %s", component.Name, kinds)}
	}
	kind := component.Backup.Kind
	d, known := dumpers[kind]
	if !known {
		return dumper{}, &UnsupportedError{What: fmt.Sprintf("spec.components.%s.backup.kind is %q, and this version makes backups of the kinds %s; nothing was done. "+
			"For another kind, let an action call execute_commands or run_job with the application's own program", component.Name, kind, kinds)}
	}
	return d, nil
}

// fromFile lets NAME_FILE stand for NAME, as the well-known images do.
const fromFile = `
secret() { eval "value=\${$1:-} file=\${$1_FILE:-}"; if [ -z "$value" ] && [ -n "$file" ]; then value=$(cat "$file"); fi; printf %s "$value"; }
`

// watched runs a program and ends it when standard input does: when whoever wants the
// dump is gone. Left alone, it would hold its locks, which a restore waits for. Nothing
// that it starts outlives it: an orphan becomes the child of the container's first
// process, and PostgreSQL takes the end of an unknown child for a crash of its own.
const watched = `
watched() {
  exec 3<&0
  "$@" </dev/null & program=$!
  ( while read -r _; do :; done; kill "$program" ) <&3 >/dev/null 2>&1 & watch=$!
  code=0; wait "$program" || code=$?
  kill "$watch" 2>/dev/null || :
  wait "$watch" 2>/dev/null || :
  return "$code"
}
`

const postgresEnvironment = "set -eu" + fromFile + `
PGUSER=${PGUSER:-$(secret POSTGRES_USER)}; export PGUSER=${PGUSER:-postgres}
PGDATABASE=${PGDATABASE:-$(secret POSTGRES_DB)}; export PGDATABASE=${PGDATABASE:-$PGUSER}
export PGPASSWORD="${PGPASSWORD:-$(secret POSTGRES_PASSWORD)}"
`

// postgres dumps one database, and restores it in one transaction: what was made since
// goes with the schemas, and a restore that fails or breaks off leaves all as it was.
var postgres = dumper{
	kind:    "postgres",
	dump:    postgresEnvironment + watched + "watched pg_dump --no-password --format=plain",
	restore: postgresEnvironment + "export PGAPPNAME=styrmin-restore\npsql --no-password --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=VERBOSITY=terse --output=/dev/null",
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

const mariadbEnvironment = "set -eu" + fromFile + `
tool() { command -v "$1" || command -v "$2" || { echo "the container has neither $1 nor $2" >&2; exit 127; }; }
database=${MARIADB_DATABASE:-${MYSQL_DATABASE:-}}
[ -n "$database" ] || { echo "the container's environment has neither MARIADB_DATABASE nor MYSQL_DATABASE, which name the database" >&2; exit 1; }
user=root
MYSQL_PWD=$(secret MARIADB_ROOT_PASSWORD)
[ -n "$MYSQL_PWD" ] || MYSQL_PWD=$(secret MYSQL_ROOT_PASSWORD)
export MYSQL_PWD
`

// mariadb dumps one database with all that belongs to it. MariaDB knows no transaction
// about tables, so a restore that breaks off leaves a part, and is to be repeated.
var mariadb = dumper{
	kind: "mariadb",
	dump: mariadbEnvironment + watched + `program=$(tool mariadb-dump mysqldump)
watched "$program" --user="$user" --single-transaction --quick --routines --triggers --events --hex-blob --add-drop-database --databases "$database"`,
	restore: mariadbEnvironment + `program=$(tool mariadb mysql)
"$program" --user="$user" --batch`,
	before: `SET @earlier = IS_USED_LOCK('styrmin-restore');
EXECUTE IMMEDIATE IF(@earlier IS NULL, 'DO 0', CONCAT('KILL CONNECTION ', @earlier));
DO GET_LOCK('styrmin-restore', 60);
`,
}
