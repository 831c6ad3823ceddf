package components

import _ "embed" // of SQL

const mariadbEnvironment = "set -eu" + fromFile + `
tool() { command -v "$1" || command -v "$2" || { echo "the container has neither $1 nor $2" >&2; exit 127; }; }
database=${MARIADB_DATABASE:-${MYSQL_DATABASE:-}}
[ -n "$database" ] || { echo "the container's environment has neither MARIADB_DATABASE nor MYSQL_DATABASE, which name the database" >&2; exit 1; }
user=root
MYSQL_PWD=$(secret MARIADB_ROOT_PASSWORD)
[ -n "$MYSQL_PWD" ] || MYSQL_PWD=$(secret MYSQL_ROOT_PASSWORD)
export MYSQL_PWD
client=$(tool mariadb mysql)
# In binary mode the client takes nothing in a dump for a command of its own, and leaves the ends of lines alone.
# A statement that fails is not to be shown, for it may be data.
sql() { "$client" --user="$user" --default-character-set=utf8mb4 --batch --skip-column-names --binary-mode --loose-skip-print-query-on-error "$@"; }
`

// mariadbDump takes what the tables have at one moment: those that know transactions by
// one, and, where there are others, by a lock that lets nobody write meanwhile. It locks
// nothing when it is restored: a default value by a sequence would then be refused.
const mariadbDump = mariadbEnvironment + watched + `program=$(tool mariadb-dump mysqldump)
others=$(sql "$database" --execute="SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type <> 'VIEW'
  AND engine NOT IN (SELECT engine FROM information_schema.engines WHERE transactions = 'YES')" </dev/null)
versioned=$(sql "$database" --execute="SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SYSTEM VERSIONED'" </dev/null)
set -- --single-transaction
[ "$others" = 0 ] || set -- --lock-tables
if [ "$versioned" != 0 ]; then
  "$program" --help | grep -q dump-history || { echo "$program is older than 10.11, and cannot dump the history of the $versioned tables that are system-versioned" >&2; exit 1; }
  set -- "$@" --dump-history
fi
watched "$program" --user="$user" "$@" --skip-add-locks --quick --routines --triggers --events --hex-blob --max-allowed-packet=1G --add-drop-database --databases "$database"`

// mariadbRestore lets a statement be as large as it can be: a row is one, and a dump writes
// it larger than it was. What the server allowed before it allows again afterwards.
const mariadbRestore = mariadbEnvironment + `allowed=$(sql --execute="SELECT @@GLOBAL.max_allowed_packet" </dev/null)
sql --execute="SET GLOBAL max_allowed_packet = 1073741824" </dev/null
quoted=$(printf %s "$database" | sed "s/[\\\\']/\\\\&/g")
code=0
sql --max-allowed-packet=1G --init-command="SET @styrmin_database = '$quoted'" || code=$?
sql --execute="SET GLOBAL max_allowed_packet = $allowed" </dev/null
[ "$code" = 0 ] || exit "$code"`

//go:embed sql/mariadb_faults.sql
var mariadbFaults string

//go:embed sql/mariadb_before.sql
var mariadbBefore string

// mariadb dumps one database with all that belongs to it. MariaDB knows no transaction
// about tables, so a restore that breaks off leaves a part, and is to be repeated.
var mariadb = dumper{
	kind:      "mariadb",
	dumping:   mariadbDump,
	restoring: mariadbRestore,
	ask:       mariadbEnvironment + `sql "$database"`,
	faults:    mariadbFaults,
	before:    mariadbBefore,
}
