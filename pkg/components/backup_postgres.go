package components

import _ "embed" // of SQL

const postgresEnvironment = "set -eu" + fromFile + `
PGUSER=${PGUSER:-$(secret POSTGRES_USER)}; export PGUSER=${PGUSER:-postgres}
PGDATABASE=${PGDATABASE:-$(secret POSTGRES_DB)}; export PGDATABASE=${PGDATABASE:-$PGUSER}
export PGPASSWORD="${PGPASSWORD:-$(secret POSTGRES_PASSWORD)}"
# These come before what the database or the role may have as its own settings.
export PGOPTIONS="${PGOPTIONS:-} -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off -c client_min_messages=warning"
psql() { command psql --no-password --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=VERBOSITY=terse "$@"; }
`

//go:embed sql/postgres_faults.sql
var postgresFaults string

//go:embed sql/postgres_beyond.sql
var postgresBeyond string

//go:embed sql/postgres_bring.sql
var postgresBring string

//go:embed sql/postgres_before.sql
var postgresBefore string

// postgres dumps one database, and restores it in one transaction: what was made since
// goes first, and a restore that fails or breaks off leaves all as it was.
//
// pg_dump's own SQL ends the transaction after each large object. pg_restore knows how to
// write it as one transaction, which ends with the last statement.
var postgres = dumper{
	kind:    "postgres",
	dumping: postgresEnvironment + watched + `watched pg_dump --no-password --format=custom --compress=0 --lock-wait-timeout=300s | pg_restore --single-transaction --file=-`,
	restoring: postgresEnvironment + `export PGAPPNAME=styrmin-restore
psql --output=/dev/null`,
	ask:       postgresEnvironment + "psql --no-align --tuples-only",
	faults:    postgresFaults + "SELECT fault FROM faults LIMIT 20",
	obstacles: postgresFaults + "SELECT fault FROM faults WHERE stands LIMIT 20",
	beyond:    postgresBeyond,
	bring:     postgresBring,
	before:    postgresBefore,
	after:     "\nCOMMIT;\n", // for the backups that were made before their dumps had it
}
