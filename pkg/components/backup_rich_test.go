package components

import (
	"bytes"
	"context"
	_ "embed" // of SQL
	"strings"
	"testing"
)

//go:embed testdata/postgres_rich.sql
var postgresRich string

//go:embed testdata/postgres_ruin.sql
var postgresRuin string

//go:embed testdata/mariadb_rich.sql
var mariadbRich string

//go:embed testdata/mariadb_ruin.sql
var mariadbRuin string

// rich is a database with something of all that its kind can have.
type rich struct {
	engineOf
	// fill makes it, ruin takes of it, adds to it and changes it.
	fill, ruin string
	// picture is a script that prints all there is.
	picture string
}

var riches = []rich{
	{engines[0], postgresRich, postgresRuin, postgresEnvironment + `pg_dump --no-password --create | grep -v '^.\(un\)\{0,1\}restrict '`},
	// The checksums see what a dump does not.
	{engines[1], mariadbRich, mariadbRuin, mariadbEnvironment + `
mariadb-dump --user="$user" --single-transaction --dump-history --routines --events --hex-blob --skip-dump-date --max-allowed-packet=1G --databases "$database"
sql "$database" <<'END'
SET SESSION sql_mode = ANSI_QUOTES, group_concat_max_len = 1000000;
SET @tables = (SELECT GROUP_CONCAT('"', REPLACE(table_name, '"', '""'), '"' ORDER BY table_name) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED'));
EXECUTE IMMEDIATE CONCAT('CHECKSUM TABLE ', @tables, ' EXTENDED');
END`},
}

// TestBackupRich: whatever a database has comes back, and what it did not have is gone.
func TestBackupRich(t *testing.T) {
	for _, r := range riches {
		t.Run(r.kind, func(t *testing.T) {
			t.Parallel()
			ctx, c := onCluster(t)
			opts := r.start(ctx, t, c)
			c.feedSQL(ctx, t, r.engineOf, r.fill)
			before := c.picture(ctx, t, r)
			_, err := c.Backup(ctx, r.component(), opts)
			must(t, err)
			c.feedSQL(ctx, t, r.engineOf, r.ruin)
			for range 2 {
				must(t, c.Restore(ctx, r.component(), opts))
				expectSame(t, c.picture(ctx, t, r), before)
			}
		})
	}
}

// dumper is the one of the engine.
func (e engineOf) dumper() dumper { return ways[e.kind].(dumper) }

// feedSQL runs a file of SQL.
func (c *Client) feedSQL(ctx context.Context, t *testing.T, e engineOf, text string) {
	t.Helper()
	d := e.dumper()
	at, err := c.databaseOf(ctx, e.component(), d)
	must(t, err)
	_, err = c.query(ctx, at, d, text)
	must(t, err)
}

func (c *Client) picture(ctx context.Context, t *testing.T, r rich) string {
	t.Helper()
	at, err := c.databaseOf(ctx, r.component(), r.dumper())
	must(t, err)
	var found bytes.Buffer
	must(t, c.runScript(ctx, at, r.picture, nil, &found))
	return found.String()
}

// expectSame shows the first lines that differ, for all of them may be many.
func expectSame(t *testing.T, found, want string) {
	t.Helper()
	if found == want {
		return
	}
	has, had := strings.Split(found, "\n"), strings.Split(want, "\n")
	at := 0
	for at < min(len(has), len(had)) && has[at] == had[at] {
		at++
	}
	excerpt := func(lines []string) string {
		text := strings.Join(lines[min(at, len(lines)):min(at+5, len(lines))], "\n")
		return text[:min(len(text), 2000)]
	}
	t.Errorf("line %d is another after the restore:\n%s\nbefore:\n%s", at+1, excerpt(has), excerpt(had))
}
