package components

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

const (
	// runnerImage has the runner, which keeps backups.
	runnerImage = "styrmin.local/styrmin:dev"
	// password is in the databases' environment, and nowhere else.
	password = "hunter2-hunter2"
)

// engineOf is a database in a pod, and how its data is read and written.
type engineOf struct {
	kind, image string
	environment map[string]string
	mounts      []string
	// run is the command whose last argument is SQL.
	run []string
	// fill writes data, destroy loses some, adds some and adds a table; look reads all.
	fill, destroy, look string
	locks               locks
}

var engines = []engineOf{
	{
		kind: "postgres", image: "styrmin.local/postgres:15",
		environment: map[string]string{"PGHOST": "/tmp", "POSTGRES_USER": "app", "POSTGRES_DB": "shop", "POSTGRES_PASSWORD": password},
		mounts:      []string{"/var/lib/postgresql", "/tmp"},
		run:         []string{"psql", "-U", "app", "-d", "shop", "-At", "-v", "ON_ERROR_STOP=1", "-c"},
		fill:        `CREATE SCHEMA extra; CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL, raw bytea); INSERT INTO notes (body, raw) SELECT 'a ''quoted'' "note" \ ' || i || E'\n\tü', decode(md5(i::text), 'hex') FROM generate_series(1, 2000) i; CREATE TABLE extra.tags AS SELECT id FROM notes WHERE id % 7 = 0; CREATE VIEW recent AS SELECT * FROM notes WHERE id > 1990`,
		destroy:     `DELETE FROM notes WHERE id > 3; DROP SCHEMA extra CASCADE; DROP VIEW recent; INSERT INTO notes (body) VALUES ('since'); CREATE TABLE since (id int)`,
		look:        `SELECT count(*), md5(string_agg(id || body || encode(raw, 'hex'), ',' ORDER BY id)), (SELECT count(*) FROM extra.tags), (SELECT count(*) FROM recent), (SELECT count(*) FROM information_schema.tables WHERE table_schema IN ('public', 'extra')), nextval('notes_id_seq') > 2000 FROM notes`,
		locks:       postgresLocks,
	},
	{
		kind: "mariadb", image: "styrmin.local/mariadb:10.11",
		environment: map[string]string{"MARIADB_ROOT_PASSWORD": password, "MARIADB_DATABASE": "shop"},
		mounts:      []string{"/data", "/run/mysqld", "/tmp"},
		run:         []string{"sh", "-c", `MYSQL_PWD=$MARIADB_ROOT_PASSWORD exec mariadb -uroot -N shop -e "$0"`},
		fill:        `CREATE TABLE notes (id int AUTO_INCREMENT PRIMARY KEY, body text NOT NULL, raw blob); INSERT INTO notes (body, raw) SELECT CONCAT('a ''quoted'' "note" ', seq, '\n\tü'), UNHEX(MD5(seq)) FROM seq_1_to_2000; CREATE VIEW recent AS SELECT * FROM notes WHERE id > 1990; CREATE PROCEDURE noop() SELECT 1`,
		destroy:     `DELETE FROM notes WHERE id > 3; DROP VIEW recent; DROP PROCEDURE noop; INSERT INTO notes (body) VALUES ('since'); CREATE TABLE since (id int)`,
		look:        `SELECT COUNT(*), SUM(CRC32(CONCAT(id, body, HEX(raw)))), (SELECT COUNT(*) FROM recent), (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop'), (SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = 'shop') FROM notes`,
		locks:       mariadbLocks,
	},
}

// database is the component in these tests.
func (e engineOf) component() Component {
	return Component{Name: "database", Labels: map[string]string{"component": "database"}, Backup: &v1.Backup{Kind: e.kind}}
}

// start runs the database, and gives a volume to its vault.
func (e engineOf) start(ctx context.Context, t *testing.T, c *Client) BackupOptions {
	t.Helper()
	c.deploy(ctx, t, "database", e.image, 1, e.component(), func(pod *corev1.PodSpec) {
		main := &pod.Containers[0]
		main.Command, main.Env = nil, withEnvironment(nil, e.environment)
		pod.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(999)), FSGroup: new(int64(999))}
		for i, path := range e.mounts {
			name := string(rune('a' + i))
			pod.Volumes = append(pod.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
			main.VolumeMounts = append(main.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: path})
		}
		main.ReadinessProbe = &corev1.Probe{PeriodSeconds: 1, TimeoutSeconds: 30, FailureThreshold: 60, ProbeHandler: corev1.ProbeHandler{
			Exec: &corev1.ExecAction{Command: append(append([]string{}, e.run...), "SELECT 1")},
		}}
	})
	c.volume(ctx, t, stored.Vault.claim())
	must(t, c.Ready(ctx, e.component()))
	return stored
}

// stored is the backup of these tests.
var stored = BackupOptions{Name: "b1", Vault: Vault{Deployment: "app", Image: runnerImage, PullPolicy: corev1.PullIfNotPresent}}

// volume is one of the node's directories, for a claim that will be made.
func (c *Client) volume(ctx context.Context, t *testing.T, claim string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "styrmin-backups-")
	must(t, err)
	must(t, os.Chmod(dir, 0o777)) //nolint:gosec // the pod's user is another
	volumes := c.kube.CoreV1().PersistentVolumes()
	volume, err := volumes.Create(ctx, &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: c.namespace},
		Spec: corev1.PersistentVolumeSpec{
			Capacity: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(claimSize)}, AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain, ClaimRef: &corev1.ObjectReference{Namespace: c.namespace, Name: claim},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: dir}},
		},
	}, metav1.CreateOptions{})
	must(t, err)
	t.Cleanup(func() {
		_ = volumes.Delete(context.WithoutCancel(ctx), volume.Name, metav1.DeleteOptions{})
		_ = os.RemoveAll(dir)
	})
}

func (e engineOf) sql(ctx context.Context, t *testing.T, c *Client, text string) string {
	t.Helper()
	results, err := c.Exec(ctx, e.component(), ExecOptions{Commands: [][]string{append(append([]string{}, e.run...), text)}})
	must(t, err)
	return results[0].Stdout
}

// TestBackup: data that was backed up and destroyed is equal after a restore.
func TestBackup(t *testing.T) {
	for _, e := range engines {
		t.Run(e.kind, func(t *testing.T) {
			t.Parallel()
			ctx, c := onCluster(t)
			opts := e.start(ctx, t, c)
			e.sql(ctx, t, c, e.fill)
			before := e.sql(ctx, t, c, e.look)
			made := c.inParallelBackups(ctx, t, e, opts)
			e.sql(ctx, t, c, e.destroy)

			again, err := c.Backup(ctx, e.component(), opts)
			if err != nil || again != made {
				t.Errorf("%+v, %v; expected the same backup, and not one of what there is now", again, err)
			}
			for range 2 {
				must(t, c.Restore(ctx, e.component(), opts))
				if after := e.sql(ctx, t, c, e.look); after != before {
					t.Errorf("found %q, expected what there was before, %q", after, before)
				}
			}
			c.expectNoVaults(ctx, t)
		})
	}
}

// inParallelBackups makes one backup three times at once.
func (c *Client) inParallelBackups(ctx context.Context, t *testing.T, e engineOf, opts BackupOptions) Backup {
	t.Helper()
	var all sync.WaitGroup
	made, errs := make([]Backup, 3), make([]error, 3)
	for i := range made {
		all.Go(func() { made[i], errs[i] = c.Backup(ctx, e.component(), opts) })
	}
	all.Wait()
	must(t, errors.Join(errs...))
	if made[0] != made[1] || made[1] != made[2] || made[0].Location != "pvc/app-backups/database/b1" || made[0].Bytes == 0 {
		t.Errorf("%+v: expected one backup", made)
	}
	return made[0]
}

// expectNoVaults: no pod is left, or it is about to go.
func (c *Client) expectNoVaults(ctx context.Context, t *testing.T) {
	t.Helper()
	pods, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: v1.LabelVault})
	must(t, err)
	for _, pod := range pods.Items {
		if pod.DeletionTimestamp == nil {
			t.Errorf("pod %s is left", pod.Name)
		}
	}
}

// TestBackupFails: what is wrong is said, no password with it, and nothing counts as a backup.
func TestBackupFails(t *testing.T) {
	ctx, c := onCluster(t)
	e := engines[0]
	opts := e.start(ctx, t, c)
	_, err := c.Exec(ctx, e.component(), ExecOptions{Commands: [][]string{{"sh", "-c", "psql -U app -d postgres -c 'DROP DATABASE shop'"}}})
	must(t, err)
	_, err = c.Backup(ctx, e.component(), opts)
	var failed *CommandError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), `database "shop" does not exist`) || strings.Contains(err.Error(), password) {
		t.Errorf("error %v, expected the dump program's words", err)
	}
	if err := c.Restore(ctx, e.component(), opts); !errors.Is(err, vault.ErrNone) {
		t.Errorf("error %v, expected that there is no backup", err)
	}
	c.expectNoVaults(ctx, t)
}
