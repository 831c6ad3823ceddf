package components

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
	dumping: mariadbEnvironment + watched + `program=$(tool mariadb-dump mysqldump)
watched "$program" --user="$user" --single-transaction --quick --routines --triggers --events --hex-blob --add-drop-database --databases "$database"`,
	restoring: mariadbEnvironment + `program=$(tool mariadb mysql)
"$program" --user="$user" --batch`,
	before: `SET @earlier = IS_USED_LOCK('styrmin-restore');
EXECUTE IMMEDIATE IF(@earlier IS NULL, 'DO 0', CONCAT('KILL CONNECTION ', @earlier));
DO GET_LOCK('styrmin-restore', 60);
`,
}
