package components

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

const (
	// toBeKilled is what a process shall do that a test starts in order to kill it.
	toBeKilled = "STYRMIN_TEST_TO_BE_KILLED"
	// soonIdle is when a pod ends that nobody asks anything any more.
	soonIdle = 3 * time.Second
	// midway is how much of a dump is stored when it is cut.
	midway = 1 << 20
)

// errand is a backup or a restore in another process.
type errand struct {
	Namespace, Kind, Verb string
}

// untilKilled does an errand, and returns the process' exit code.
func untilKilled(request string) int {
	var e errand
	if err := json.Unmarshal([]byte(request), &e); err != nil {
		panic(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("STYRMIN_TEST_KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	c, err := New(config, e.Namespace, func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) })
	if err != nil {
		panic(err)
	}
	c.vaultIdle = soonIdle
	if err := e.do(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (e errand) do(ctx context.Context, c *Client) error {
	component := Component{}
	if e.Kind == diskKind {
		component = onDisk
	}
	for _, engine := range engines {
		if engine.kind == e.Kind {
			component = engine.component()
		}
	}
	if e.Verb == "restore" {
		return c.Restore(ctx, component, stored)
	}
	_, err := c.Backup(ctx, component, stored)
	return err
}

// earlyEnd is how an errand comes to an early end, and what its process then says.
type earlyEnd struct {
	signal os.Signal
	says   string
}

var endings = map[string]earlyEnd{
	"killed":      {syscall.SIGKILL, "signal: killed"},
	"told to end": {syscall.SIGTERM, "exit status 1"},
}

// cut begins an errand in a process of its own, and ends that when it is where it shall be. The context of
// who waits for that ends with the process.
func (c *Client) cut(ctx context.Context, t *testing.T, e errand, how earlyEnd, there func(context.Context)) {
	t.Helper()
	request, err := json.Marshal(e)
	must(t, err)
	var output bytes.Buffer
	child := exec.CommandContext(ctx, os.Args[0]) //nolint:gosec // this program
	child.Env = append(os.Environ(), toBeKilled+"="+string(request))
	child.Stdout, child.Stderr = &output, &output
	must(t, child.Start())
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	var said string
	go func() {
		defer close(ended)
		defer stop()
		said = fmt.Sprint(child.Wait())
	}()
	defer func() {
		_ = child.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("the %s ended with %q; it printed:\n%s", e.Verb, said, &output)
		}
	}()
	there(running)
	must(t, child.Process.Signal(how.signal))
	<-ended
	if said != how.says || ctx.Err() != nil {
		t.Errorf("the %s ended with %q (%v), expected %q", e.Verb, said, ctx.Err(), how.says)
	}
}

// TestBackupCutMidway: a process that dies while a dump is stored leaves no backup, and nothing else;
// one that dies in the middle of a restore leaves a database for which the same restore can be made again.
func TestBackupCutMidway(t *testing.T) {
	for _, e := range engines {
		for name, how := range endings {
			t.Run(e.kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				ctx, c := onClusterFor(t, 8*time.Minute)
				opts := e.start(ctx, t, c)
				e.sql(ctx, t, c, e.fill)
				e.sql(ctx, t, c, e.locks.prepare)
				before := e.sql(ctx, t, c, e.look)

				c.cutBackup(ctx, t, e, how)
				if err := c.Restore(ctx, e.component(), opts); !errors.Is(err, vault.ErrNone) {
					t.Errorf("error %v, expected that there is no backup", err)
				}
				_, err := c.Backup(ctx, e.component(), opts)
				must(t, err)
				e.sql(ctx, t, c, e.destroy)

				c.cutRestore(ctx, t, e, how)
				must(t, c.Restore(ctx, e.component(), opts))
				if after := e.sql(ctx, t, c, e.look); after != before {
					t.Errorf("found %q, expected what there was before, %q", after, before)
				}
				c.expectNoVaults(ctx, t)
			})
		}
	}
}

// cutBackup ends a backup of which a part is stored. Its dump, its part and its pod end, though their maker is gone.
func (c *Client) cutBackup(ctx context.Context, t *testing.T, e engineOf, how earlyEnd) {
	t.Helper()
	release := c.hold(ctx, t, e, e.locks.dump)
	defer release()
	c.cut(ctx, t, errand{c.namespace, e.kind, "backup"}, how, func(ctx context.Context) {
		c.awaitCount(ctx, t, e, "the dump waits for the lock", e.locks.dumps, "1")
		c.await(ctx, t, "a part of the dump is stored", func() (string, bool) {
			bytes := c.storedBytes(ctx, t)
			return fmt.Sprint(bytes), bytes > midway
		})
	})
	c.awaitCount(ctx, t, e, "the dump ends", e.locks.dumps, "0")
	c.await(ctx, t, "nothing of it is stored", func() (string, bool) {
		bytes := c.storedBytes(ctx, t)
		return fmt.Sprint(bytes), bytes == 0
	})
	c.awaitNoVault(ctx, t)
}

// cutRestore ends a restore that has begun. PostgreSQL has what it had before then.
func (c *Client) cutRestore(ctx context.Context, t *testing.T, e engineOf, how earlyEnd) {
	t.Helper()
	const count = "SELECT COUNT(*) FROM notes"
	had := e.sql(ctx, t, c, count)
	release := c.hold(ctx, t, e, e.locks.restore)
	c.cut(ctx, t, errand{c.namespace, e.kind, "restore"}, how, func(ctx context.Context) {
		c.awaitCount(ctx, t, e, "the restore waits for the lock", e.locks.restores, "1")
	})
	release()
	if e.locks.transactional {
		if has := e.sql(ctx, t, c, count); has != had {
			t.Errorf("%s notes after a restore that broke off, expected the %s from before", has, had)
		}
	}
	c.awaitNoVault(ctx, t)
}

// storedBytes is the size of all that is in the claim's volume.
func (c *Client) storedBytes(ctx context.Context, t *testing.T) (size int64) {
	t.Helper()
	volume, err := c.kube.CoreV1().PersistentVolumes().Get(ctx, c.namespace, metav1.GetOptions{})
	must(t, err)
	err = filepath.WalkDir(volume.Spec.HostPath.Path, func(_ string, entry fs.DirEntry, err error) error {
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
		t.Fatal(err)
	}
	return size
}

// awaitNoVault waits until no pod of a vault runs: one has ended by itself, or is deleted.
func (c *Client) awaitNoVault(ctx context.Context, t *testing.T) {
	t.Helper()
	c.await(ctx, t, "the pod that keeps backups ends", func() (string, bool) {
		pods, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: v1.LabelVault})
		must(t, err)
		for _, pod := range pods.Items {
			if pod.Status.Phase != corev1.PodSucceeded {
				return podState(pod), false
			}
		}
		return "", true
	})
}
