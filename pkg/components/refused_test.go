package components

import (
	"context"
	"errors"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// every is every primitive that is about components, called for one.
var every = map[string]func(context.Context, *Client, Component, string) error{
	"stop":    func(ctx context.Context, c *Client, of Component, _ string) error { return c.Stop(ctx, of) },
	"start":   func(ctx context.Context, c *Client, of Component, _ string) error { return c.Start(ctx, of) },
	"restart": func(ctx context.Context, c *Client, of Component, _ string) error { return c.Restart(ctx, of) },
	"scale":   func(ctx context.Context, c *Client, of Component, _ string) error { return c.Scale(ctx, 3, of) },
	"ready":   func(ctx context.Context, c *Client, of Component, _ string) error { return c.Ready(ctx, of) },
	"execute": func(ctx context.Context, c *Client, of Component, _ string) error {
		_, err := c.Exec(ctx, of, ExecOptions{Commands: [][]string{{"true"}}})
		return err
	},
	"copy": func(ctx context.Context, c *Client, of Component, to string) error {
		_, err := c.CopyFrom(ctx, of, CopyOptions{Path: "/etc/hostname", To: to})
		return err
	},
	"logs": func(ctx context.Context, c *Client, of Component, _ string) error {
		_, err := c.Logs(ctx, of, LogsOptions{})
		return err
	},
	"job": func(ctx context.Context, c *Client, of Component, _ string) error {
		_, err := c.Job(ctx, of, JobOptions{Command: []string{"true"}})
		return err
	},
}

// TestMissing: what is asked of a component of which there is nothing is an error that says so.
func TestMissing(t *testing.T) {
	for name, do := range every {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, c := onServer(t)
			if name == "execute" || name == "copy" { // a pod may be about to come, so they wait for one
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, c.poll)
				defer cancel()
			}
			err := do(ctx, c, agent, t.TempDir())
			var missing *MissingError
			var none *NoReadyPodError
			if !errors.As(err, &missing) && !errors.As(err, &none) || !strings.Contains(err.Error(), "component=agent") {
				t.Errorf("error %v, expected one that names the labels which nothing has", err)
			}
		})
	}
}

// TestForbidden: whoever may do nothing, and whoever may only look, is told what is not allowed, and nothing is changed.
func TestForbidden(t *testing.T) {
	for name, do := range every {
		for _, who := range []string{"nobody", "looker"} {
			if who == "looker" && (name == "ready" || name == "logs") {
				continue // that is to look
			}
			t.Run(name+"/"+who, func(t *testing.T) {
				t.Parallel()
				ctx, c := onServer(t)
				must(t, makers[deployment](ctx, c, template("fine")))
				must(t, c.Ready(ctx, worker))
				mayLook(ctx, t, c)
				config := rest.CopyConfig(shared.Get(t, startServer).config)
				config.Impersonate = rest.ImpersonationConfig{UserName: who}
				other, err := New(config, c.namespace, t.Logf)
				must(t, err)
				err = do(ctx, other, worker, t.TempDir())
				if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `User "`+who+`" cannot `) {
					t.Errorf("error %v, expected one about a permission", err)
				}
				c.expect(ctx, t, deployment, true)
			})
		}
	}
}

// mayLook lets looker read everything in the namespace.
func mayLook(ctx context.Context, t *testing.T, c *Client) {
	t.Helper()
	_, err := c.kube.RbacV1().RoleBindings(c.namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "looker"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "looker"}},
	}, metav1.CreateOptions{})
	must(t, err)
}

// TestTooSlow: a wait for pods that do not come ends at its deadline, and says which they are and why.
func TestTooSlow(t *testing.T) {
	for name, do := range every {
		if name == "stop" || name == "logs" || name == "job" {
			continue // they need no ready pod
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, c := onServer(t)
			must(t, makers[deployment](ctx, c, template(neverReady)))
			for len(c.uids(ctx, t)) == 0 {
				must(t, c.sleep(ctx, c.poll))
			}
			short, slow := c.until(ctx, "0 of ")
			if name == "execute" || name == "copy" { // they say nothing while they wait
				var cancel context.CancelFunc
				short, cancel = context.WithTimeout(ctx, 5*c.poll)
				defer cancel()
			}
			err := do(short, slow, worker, t.TempDir())
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "w-") || !strings.Contains(err.Error(), "Pending") {
				t.Errorf("error %v, expected it to name the pods and their state", err)
			}
		})
	}
}
