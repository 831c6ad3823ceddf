package components

import (
	"context"
	"strings"
	"testing"
)

// locks hold a dump or a restore up midway, for as long as a test wants.
type locks struct {
	// prepare writes so much that a part of the dump is stored while the rest is held up.
	prepare string
	// dump and restore take the lock that each waits for, and keep it.
	dump, restore string
	// taken counts who keeps a lock; dumps and restores count who waits for one; release ends the keeping.
	taken, dumps, restores, release string
	// transactional: a restore that was killed has changed nothing.
	transactional bool
}

// postgresLocks: a dump locks all tables at its beginning, but not the index by which it finds the long text in the
// last one; a restore checks each row of the first one. What comes after that is more than all the buffers on the way
// hold: a restore that has been sent to its end is not cut any more.
var postgresLocks = locks{
	prepare: `CREATE TABLE long AS SELECT md5(i::text) AS a, md5((i + 1)::text) AS b FROM generate_series(1, 900000) i;
		CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN true; END';
		CREATE TABLE a_first (passed boolean CHECK (gate())); INSERT INTO a_first VALUES (true);
		CREATE TABLE z_last (body text); ALTER TABLE z_last ALTER body SET STORAGE EXTERNAL; INSERT INTO z_last VALUES (repeat('x', 5000))`,
	dump: `BEGIN; DO 'BEGIN EXECUTE ''REINDEX INDEX '' || (SELECT indexrelid::regclass FROM pg_index JOIN pg_class ON reltoastrelid = indrelid WHERE relname = ''z_last''); END';
		SELECT pg_sleep(86400)`,
	restore:       `SELECT pg_advisory_lock(7); SELECT pg_sleep(86400)`,
	taken:         `SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`,
	dumps:         `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'`,
	restores:      `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'styrmin-restore' AND wait_event_type = 'Lock'`,
	release:       `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`,
	transactional: true,
}

// mariadbLocks: a dump reads table after table; a restore begins by dropping the database.
var mariadbLocks = locks{
	prepare:  `CREATE TABLE longer AS SELECT MD5(seq) AS a, MD5(seq + 1) AS b FROM seq_1_to_300000`,
	dump:     `LOCK TABLES notes WRITE; SELECT SLEEP(86400)`,
	restore:  `LOCK TABLES notes READ; SELECT SLEEP(86400)`,
	taken:    `SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'`,
	dumps:    `SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for % metadata lock'`,
	restores: `SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for % metadata lock'`,
	release:  `SELECT CONCAT('KILL ', id) INTO @kill FROM information_schema.processlist WHERE state = 'User sleep'; EXECUTE IMMEDIATE @kill`,
}

// hold takes a lock, until the function that it returns is called.
func (c *Client) hold(ctx context.Context, t *testing.T, e engineOf, lock string) (release func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, err := c.Exec(ctx, e.component(), ExecOptions{Commands: [][]string{append(append([]string{}, e.run...), lock)}})
		t.Log("the lock's keeper ended: ", err)
	}()
	c.awaitCount(ctx, t, e, "the lock is taken", e.locks.taken, "1")
	return func() {
		t.Helper()
		e.sql(ctx, t, c, e.locks.release)
		<-ended
	}
}

// awaitCount waits until a query counts so many.
func (c *Client) awaitCount(ctx context.Context, t *testing.T, e engineOf, what, query, want string) {
	t.Helper()
	c.await(ctx, t, what, func() (string, bool) {
		found := strings.TrimSpace(e.sql(ctx, t, c, query))
		return found, found == want
	})
}

// await waits for something, and says what it saw when that does not come.
func (c *Client) await(ctx context.Context, t *testing.T, what string, look func() (saw string, ok bool)) {
	t.Helper()
	for {
		saw, ok := look()
		if ok {
			return
		}
		if c.sleep(ctx, c.poll) != nil {
			t.Fatalf("waited in vain: %s; the last look found %q", what, saw)
		}
	}
}
