package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shop: an upgrade whose migration fails half-way leaves the orders as they were and the
// release untouched; mended, the same command finishes it.
func shop(t *testing.T, s *space) {
	t.Helper()
	s.volumeFor("shop-backups")
	dir := filepath.Join(cluster.root, "examples", "shop")
	s.styrmin("setup", "shop", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	s.orders("INSERT INTO orders (item, price) VALUES ('lamp', 12.5), ('gift', NULL)")

	upgrade := []string{"upgrade", "shop", "--driver", dir, "--version", "2.0.0"}
	s.styrmin(upgrade...).expect(t, 1,
		"Action migrate failed: CommandFailed: ", `column "price" of relation "orders" contains null values`,
		"The database said last:", "restored before-2.0.0",
		"The Helm release was not moved to the new version.", "Succeeded, and not undone: close")
	if image := s.workload("shop-server").Spec.Template.Spec.Containers[0].Image; filepath.Base(image) != "shop:1.0.0" {
		t.Errorf("the server's image is %s, expected that of version 1.0.0", image)
	}
	s.orders("SELECT item, price, to_jsonb(orders) ? 'currency' AS migrated FROM orders ORDER BY id").expect(t, 0, "lamp|12.5|f", "gift||f")

	s.orders("UPDATE orders SET price = 0 WHERE price IS NULL")
	s.styrmin(upgrade...).expect(t, 0, "resumed: ", "close: succeeded before; not run again", "All of 2 orders have a currency")
	s.orders("SELECT item, price, currency FROM orders ORDER BY id").expect(t, 0, "lamp|1250.0|EUR", "gift|0|EUR")
	if live := s.workload("shop-server"); live.Status.ReadyReplicas != 2 || filepath.Base(live.Spec.Template.Spec.Containers[0].Image) != "shop:2.0.0" {
		t.Errorf("%d servers with image %s are ready, expected 2 of version 2.0.0", live.Status.ReadyReplicas, live.Spec.Template.Spec.Containers[0].Image)
	}
	s.kubectl("get", "cronjob", "shop-reports", "-o", "jsonpath={.spec.suspend}").expect(t, 0, "false")
	s.plan(upgrade[1:]...).expect(t, 0)

	// The operator does the same by hand.
	s.styrmin("component", "backup", "shop", "database", "--name", "by-hand").expect(t, 0, "database: pvc/shop-backups/database/by-hand, postgres, ")
	s.orders("DELETE FROM orders")
	s.styrmin("component", "restore", "shop", "database", "--name", "by-hand").expect(t, 0, "database: restored from by-hand")
	s.orders("SELECT count(*) FROM orders").expect(t, 0, "2")
	s.styrmin("component", "backups", "shop").expect(t, 0, "database    by-hand        postgres   ", "database    before-2.0.0   postgres   ")
	s.styrmin("component", "delete-backup", "shop", "database", "--name", "before-2.0.0").expect(t, 0, "database: deleted before-2.0.0")
	s.styrmin("component", "delete-backup", "shop", "database", "--name", "before-2.0.0").expect(t, 1, "delete backup before-2.0.0: there is no such backup")
	s.styrmin("component", "backups", "shop", "database").expect(t, 0, "by-hand").without(t, "before-2.0.0")
	s.styrmin("component", "restore", "shop", "database", "--name", "nobodys").expect(t, 1, "component database: restore nobodys: there is no such backup in claim shop-backups")
}

// orders runs a statement in the shop's database.
func (s *space) orders(statement string) result {
	s.Helper()
	return s.kubectl("exec", "shop-database-0", "--", "psql", "-qAt", "-c", statement).expect(s.T, 0)
}

// volumeFor is a directory of the node's for a claim that will be made: the cluster has no storage class.
func (s *space) volumeFor(claim string) (dir string) {
	s.Helper()
	return s.volume(s.name, claim, "")
}

// volume is the same for a claim of any namespace and class.
func (s *space) volume(namespace, claim, class string) (dir string) {
	s.Helper()
	dir, err := os.MkdirTemp("", "styrmin-e2e-")
	if err != nil {
		s.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil { //nolint:gosec // the pod's user is another
		s.Fatal(err)
	}
	s.apply(fmt.Sprintf(`
apiVersion: v1
kind: PersistentVolume
metadata: {name: %[1]s}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: %[4]q
  claimRef: {namespace: %[2]s, name: %[3]s}
  hostPath: {path: %[5]s}
`, s.name, namespace, claim, class, dir))
	s.Cleanup(func() {
		execute(cleanupContext(s.T), s.kubeconfig, "", "kubectl", "delete", "pv", s.name, "--wait=false")
		_ = os.RemoveAll(dir)
	})
	return dir
}

// TestShopUsesEveryPrimitive: the example is a reference, so nothing may be missing in it.
func TestShopUsesEveryPrimitive(t *testing.T) {
	t.Parallel()
	actions, err := os.ReadFile("../../examples/shop/actions.py")
	if err != nil {
		t.Fatal(err)
	}
	primitives := regexp.MustCompile(`(?m)^@primitive\ndef (\w+)\(`)
	files, err := filepath.Glob("../../pkg/runner/python/styrmin_backend/primitives/*.py")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range primitives.FindAllStringSubmatch(string(source), -1) {
			// Each has a name for one component and one for several.
			known[strings.NewReplacer("components", "component", "commands", "command").Replace(found[1])] = true
		}
	}
	if len(known) < 12 {
		t.Fatalf("found the primitives %v; are they still found?", known)
	}
	for one := range known {
		called := regexp.MustCompile(`\bawait ` + one + `s?\(`)
		if !called.Match(actions) {
			t.Errorf("examples/shop/actions.py does not call %s", one)
		}
	}
}
