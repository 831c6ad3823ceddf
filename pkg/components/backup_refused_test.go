package components

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// refusal is a situation in which no backup is made, or no restore.
type refusal struct {
	name       string
	make, mend string
	// lock is held meanwhile.
	lock string
	// backup and restore are what each says; nothing when it is not refused.
	backup, restore []string
}

var refusals = map[string][]refusal{
	"postgres": {
		{
			name: "a role is missing", make: "ALTER TABLE kept OWNER TO app; DROP ROLE gone", mend: "CREATE ROLE gone",
			restore: []string{"roles that are not there: gone", "nothing was changed"},
		},
		{
			name: "its last statement fails", make: "CREATE ROLE spoiler", mend: "DROP ROLE spoiler",
			restore: []string{"it is spoiled"},
		},
		{
			name: "the database is used", lock: "BEGIN; LOCK TABLE kept IN ACCESS SHARE MODE; SELECT pg_sleep(86400)",
			restore: []string{"the database is in use", " of app (psql, active)", "nothing was changed"},
		},
		{
			name: "a subscription", make: "CREATE SUBSCRIPTION feed CONNECTION 'dbname=x password=" + password + "' PUBLICATION p WITH (connect = false)",
			mend:   "ALTER SUBSCRIPTION feed SET (slot_name = NONE); DROP SUBSCRIPTION feed",
			backup: []string{"subscription feed: ", "nothing was done"}, restore: []string{"subscription feed: ", "nothing was done"},
		},
		{
			name: "what a dump leaves out", make: "CREATE FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", mend: "DROP FUNCTION pg_catalog.mine",
			backup: []string{"function mine() is in the schema pg_catalog"}, restore: []string{"function mine() is in the schema pg_catalog"},
		},
		{
			name: "what a dump says wrong", make: "CREATE LANGUAGE other HANDLER plpgsql_call_handler", mend: "DROP LANGUAGE other",
			backup: []string{"language other: "},
		},
		{
			name: "more than one transaction can have", make: "SELECT lo_create(0) FROM generate_series(1, 15000)",
			mend:   "DO 'BEGIN FOR i IN 1..5 LOOP PERFORM lo_unlink(oid) FROM (SELECT oid FROM pg_largeobject_metadata LIMIT 3000) o; COMMIT; END LOOP; END'",
			backup: []string{"a restore is one transaction", "set max_locks_per_transaction to "},
		},
	},
	"mariadb": {
		{
			name: "the database is used", lock: "LOCK TABLES kept READ; SELECT SLEEP(86400)",
			restore: []string{"the database is in use", " of root@localhost", "nothing was changed"},
		},
		{
			name: "a broken view", make: "CREATE TABLE base (a int); CREATE VIEW broken AS SELECT * FROM base; DROP TABLE base", mend: "DROP VIEW broken",
			backup: []string{"view broken is broken", "nothing was done"},
		},
		{
			name: "numbers that a dump rounds", make: "CREATE TABLE measured (`odd ``'` float); INSERT INTO measured VALUES (16777215)", mend: "ALTER TABLE measured MODIFY `odd ``'` double",
			backup: []string{"column odd `' of table measured has numbers of the type FLOAT"},
		},
	},
}

// postgresRefusing has a role, a large object, and a view that is filled last.
const postgresRefusing = `CREATE ROLE gone; ALTER TABLE kept OWNER TO gone; SELECT lo_create(4711);
	CREATE FUNCTION fill() RETURNS int LANGUAGE plpgsql AS $$BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'spoiler') THEN RAISE EXCEPTION 'it is spoiled'; END IF; RETURN 1; END$$;
	CREATE MATERIALIZED VIEW filled AS SELECT fill()`

// TestBackupRefused: what could not be brought back whole is refused before anything is
// done, in words that say what it is. When that is mended, backup and restore are done.
func TestBackupRefused(t *testing.T) {
	for _, e := range engines {
		t.Run(e.kind, func(t *testing.T) {
			t.Parallel()
			ctx, c := onClusterFor(t, 4*time.Minute)
			opts := e.start(ctx, t, c)
			e.sql(ctx, t, c, "CREATE TABLE kept (a int)")
			if e.kind == "postgres" {
				e.sql(ctx, t, c, postgresRefusing)
			}
			_, err := c.Backup(ctx, e.component(), opts)
			must(t, err)
			e.sql(ctx, t, c, "INSERT INTO kept VALUES (1)")
			for _, r := range refusals[e.kind] {
				c.feedSQL(ctx, t, e, r.make)
				release := func() {}
				if r.lock != "" {
					release = c.hold(ctx, t, e, r.lock)
				}
				if r.backup != nil {
					second := opts
					second.Name = "b2"
					_, err := c.Backup(ctx, e.component(), second)
					expectRefused(t, r.name+": backup", err, r.backup)
					if err := c.Restore(ctx, e.component(), second); !errors.Is(err, vault.ErrNone) {
						t.Errorf("%s: error %v, expected that there is no backup", r.name, err)
					}
				}
				if r.restore != nil {
					expectRefused(t, r.name+": restore", c.Restore(ctx, e.component(), opts), r.restore)
				}
				release()
				if found := strings.TrimSpace(e.sql(ctx, t, c, "SELECT COUNT(*) FROM kept")); found != "1" {
					t.Errorf("%s: found %s rows, expected that nothing was changed", r.name, found)
				}
				c.feedSQL(ctx, t, e, r.mend)
			}
			last := opts
			last.Name = "b3"
			_, err = c.Backup(ctx, e.component(), last)
			must(t, err)
			must(t, c.Restore(ctx, e.component(), opts))
			if found := strings.TrimSpace(e.sql(ctx, t, c, "SELECT COUNT(*) FROM kept")); found != "0" {
				t.Errorf("found %s rows, expected what was backed up", found)
			}
		})
	}
}

func expectRefused(t *testing.T, what string, err error, words []string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: expected an error", what)
		return
	}
	t.Logf("%s: %v", what, err)
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: error %v, expected %q", what, err, word)
		}
	}
	for _, secret := range []string{password, "SIGNAL", "INSERT"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error has a password, or statements, which may be data", what)
		}
	}
}
