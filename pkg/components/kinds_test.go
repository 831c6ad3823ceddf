package components

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKindsOnACluster: on a real node, whatever kind of workload runs a component's pods, it is stopped, started
// and restarted, by many at once too, and its pods are worked with.
func TestKindsOnACluster(t *testing.T) {
	for _, k := range []kind{deployment, statefulSet, daemonSet, replicaSet} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			ctx, c := onCluster(t)
			pod := template(image)
			shell("echo begun; sleep 3600")(&pod.Spec)
			pod.Spec.TerminationGracePeriodSeconds = new(int64(0))
			must(t, makers[k](ctx, c, pod))
			must(t, c.Ready(ctx, worker))
			repeated(ctx, t, c, k)
			inParallel(ctx, t, c, k)
			restartsPods(ctx, t, c, k)
			workedIn(ctx, t, c)
			copyCutMidway(ctx, t, c)
			must(t, c.Stop(ctx, worker))
			nothingToWorkIn(ctx, t, c)
		})
	}
}

// workedIn: many run commands, read logs, copy files and run jobs at the same time, each twice.
func workedIn(ctx context.Context, t *testing.T, c *Client) {
	t.Helper()
	works := map[string]func(to string) error{
		"execute": func(string) error {
			results, err := c.Exec(ctx, worker, ExecOptions{Commands: [][]string{{"echo", "hello"}}})
			return errors.Join(err, expected("hello\n", func() string { return results[0].Stdout }, err))
		},
		"logs": func(string) error {
			logs, err := c.Logs(ctx, worker, LogsOptions{})
			return errors.Join(err, expected("begun\n", func() string { return logs[0].Text }, err))
		},
		"copy": func(to string) error {
			copied, err := c.CopyFrom(ctx, worker, CopyOptions{Path: "/etc/passwd", To: to})
			return errors.Join(err, expected(filepath.Join(to, "passwd"), func() string { return copied.Path }, err))
		},
		"job": func(string) error {
			result, err := c.Job(ctx, worker, JobOptions{Command: []string{"echo", "hello"}})
			return errors.Join(err, expected("hello\n", func() string { return result.Stdout }, err))
		},
	}
	errs := make(chan error)
	for name, work := range works {
		for range 3 {
			to := t.TempDir()
			go func() {
				if err := errors.Join(work(to), work(to)); err != nil {
					errs <- fmt.Errorf("%s: %w", name, err)
					return
				}
				errs <- nil
			}()
		}
	}
	for range 3 * len(works) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// expected is an error when nothing failed, and another text was found.
func expected(want string, found func() string, failed error) error {
	if failed == nil && found() != want {
		return fmt.Errorf("found %q, expected %q", found(), want)
	}
	return nil
}

// copyCutMidway: of a copy whose time is over in the middle of it, nothing is left.
func copyCutMidway(ctx context.Context, t *testing.T, c *Client) {
	t.Helper()
	_, err := c.Exec(ctx, worker, ExecOptions{Commands: [][]string{{"truncate", "--size=1T", "/tmp/vast"}}})
	must(t, err)
	to := t.TempDir()
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if _, err := c.CopyFrom(short, worker, CopyOptions{Path: "/tmp/vast", To: to, MaxBytes: 1 << 41}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, expected one about the deadline", err)
	}
	if left, err := os.ReadDir(to); err != nil || len(left) > 0 {
		t.Errorf("%v, %v is left, expected nothing", left, err)
	}
}

// nothingToWorkIn: without a pod, what needs one says so.
func nothingToWorkIn(ctx context.Context, t *testing.T, c *Client) {
	t.Helper()
	for _, name := range []string{"execute", "copy", "logs"} {
		short, cancel := context.WithTimeout(ctx, time.Second)
		err := every[name](short, c, worker, t.TempDir())
		cancel()
		var none *NoReadyPodError
		if !errors.As(err, &none) || !strings.Contains(err.Error(), "is the component stopped?") {
			t.Errorf("%s: error %v, expected one about no pod", name, err)
		}
	}
}
