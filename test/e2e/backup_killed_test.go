package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

const (
	// heldDump keeps a lock that a dump waits for when it has written all orders: it locks tables at its beginning, but
	// not the index by which it finds a long text. heldRestore keeps one that a restore waits for.
	heldDump = `BEGIN; DO 'BEGIN EXECUTE ''REINDEX INDEX '' || (SELECT indexrelid::regclass FROM pg_index JOIN pg_class ON reltoastrelid = indrelid WHERE relname = ''z_last''); END';
		SELECT pg_sleep(86400)`
	heldRestore = "SELECT pg_advisory_lock(7); SELECT pg_sleep(86400)"
	// gate makes a first table whose rows are written only when the second lock is free, and a last one with a long text.
	// What is between them is more than all the buffers on the way hold: a restore that was sent to its end is not cut.
	gate = `CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN true; END';
		CREATE TABLE a_first (passed boolean CHECK (gate())); INSERT INTO a_first VALUES (true);
		CREATE TABLE long AS SELECT md5(i::text) AS a, md5((i + 1)::text) AS b FROM generate_series(1, 900000) i;
		CREATE TABLE z_last (body text); ALTER TABLE z_last ALTER body SET STORAGE EXTERNAL; INSERT INTO z_last VALUES (repeat('x', 5000))`
	manyOrders = "INSERT INTO orders (item, price) SELECT md5(i::text), i FROM generate_series(1, 1000) i"
)

// TestBackupKilled: kill -9 takes the plugin in the middle of a backup and of a restore, and then the pod of an action
// in the middle of its backup. What broke off is no backup and takes no room, the database has what it had, and the same
// command again does what it is for.
func TestBackupKilled(t *testing.T) {
	s := newSpace(t)
	stored := s.volumeFor("shop-backups")
	dir := filepath.Join(cluster.root, "examples", "shop")
	s.styrmin("setup", "shop", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	s.orders(gate)
	s.orders(manyOrders)
	backup, restore := []string{"component", "backup", "shop", "database", "--name", "b1"}, []string{"component", "restore", "shop", "database", "--name", "b1"}

	s.whileHeld(heldDump, func() {
		byHand := s.start(backup...)
		s.awaitDump(stored)
		byHand.kill(t)
		s.nothingStored(stored)
	})
	s.styrmin("component", "backups", "shop").expect(t, 0, "there are no backups in claim "+s.name+"/shop-backups")
	s.styrmin(restore...).expect(t, 1, "there is no such backup in claim shop-backups")
	s.styrmin(backup...).expect(t, 0, "database: pvc/shop-backups/database/b1, postgres, ")

	s.orders("DELETE FROM orders WHERE id > 3")
	s.whileHeld(heldRestore, func() {
		byHand := s.start(restore...)
		s.awaitOrders("the restore waits for the lock", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'styrmin-restore' AND wait_event_type = 'Lock'", "1")
		byHand.kill(t)
	})
	s.orders("SELECT count(*) FROM orders").expect(t, 0, "3")
	s.styrmin(restore...).expect(t, 0, "database: restored from b1")
	s.orders("SELECT count(*) FROM orders").expect(t, 0, "1000")

	upgrade := []string{"upgrade", "shop", "--driver", dir, "--version", "2.0.0"}
	s.styrmin("component", "delete-backup", "shop", "database", "--name", "b1").expect(t, 0)
	s.whileHeld(heldDump, func() {
		run := s.start(upgrade...)
		s.awaitDump(stored)
		s.kubectl("delete", "pod", "-l", v1.LabelAction+"=close", "--grace-period=0", "--force").expect(t, 0)
		run.wait().expect(t, 1, "close")
		s.nothingStored(stored)
	})
	s.styrmin(upgrade...).expect(t, 0)
	if names := s.backupsOf("shop"); len(names) != 1 || names[0] != "before-2.0.0" {
		t.Errorf("the backups are %v, expected before-2.0.0", names)
	}
	s.orders("SELECT count(*) FROM orders WHERE currency = 'EUR'").expect(t, 0, "1000")
}

// whileHeld does something while another session keeps a lock.
func (s *space) whileHeld(lock string, do func()) {
	s.Helper()
	const held = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
	keeper := launch(s.Context(), s.kubeconfig, "", "kubectl", "-n", s.name, "exec", "shop-database-0", "--", "psql", "-qAt", "-c", lock)
	s.awaitOrders("the lock is taken", "SELECT count(*) "+held, "1")
	do()
	s.orders("SELECT pg_terminate_backend(pid) " + held)
	keeper.wait()
}

// awaitOrders waits until a query of the shop's database has an answer.
func (s *space) awaitOrders(what, query, want string) {
	s.Helper()
	s.eventually(what, func() (string, bool) {
		found := strings.TrimSpace(s.orders(query).stdout)
		return found, found == want
	})
}

// dumps counts the dumps that wait for a lock.
const dumps = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"

// awaitDump waits until a dump is held up, of which a part is stored.
func (s *space) awaitDump(stored string) {
	s.Helper()
	s.awaitOrders("the dump waits for the lock", dumps, "1")
	s.eventually("a part of the dump is stored", func() (string, bool) {
		size := s.sizeOf(stored)
		return fmt.Sprint(size), size > 1<<20
	})
}

// nothingStored waits until a dump that nobody wants any more has ended, and nothing is left of it.
func (s *space) nothingStored(stored string) {
	s.Helper()
	s.awaitOrders("the dump ends", dumps, "0")
	s.eventually("no part of it is stored", func() (string, bool) {
		size := s.sizeOf(stored)
		return fmt.Sprint(size), size == 0
	})
}

// sizeOf is the size of all files in a directory.
func (s *space) sizeOf(dir string) (size int64) {
	s.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Fatal(err)
	}
	return size
}

// backupsOf are the names of a deployment's backups.
func (s *space) backupsOf(deployment string) (names []string) {
	s.Helper()
	r := s.styrmin("component", "backups", deployment, "-o", "json").expect(s.T, 0)
	var listed struct{ Backups []struct{ Name string } }
	if err := json.Unmarshal([]byte(r.stdout), &listed); err != nil {
		s.Fatal(err)
	}
	for _, backup := range listed.Backups {
		names = append(names, backup.Name)
	}
	return names
}
