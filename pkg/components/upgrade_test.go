package components

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// mine is how an action asks in these tests.
var mine = Upgrade{Deployment: "app", Run: "run1", Mode: v1.ModeCore, Pod: "action"}

// underway makes the record of a run, and the pod of its action.
func (c *Client) underway(ctx context.Context, t *testing.T, run map[string]any) {
	t.Helper()
	_, err := c.dynamic.Resource(deployments).Namespace(c.namespace).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "styrmin.io/v1", "kind": "StyrminDeployment", "metadata": map[string]any{"name": "app"}, "status": map[string]any{"run": run},
	}}, metav1.CreateOptions{})
	must(t, err)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "action"}, Spec: template("fine").Spec}
	_, err = c.kube.CoreV1().Pods(c.namespace).Create(ctx, pod, metav1.CreateOptions{})
	must(t, err)
}

// record changes the run's record, as its engine does.
func (c *Client) record(ctx context.Context, t *testing.T, key string, value any) {
	t.Helper()
	api := c.dynamic.Resource(deployments).Namespace(c.namespace)
	object, err := api.Get(ctx, "app", metav1.GetOptions{})
	must(t, err)
	must(t, unstructured.SetNestedField(object.Object, value, "status", "run", key))
	_, err = api.Update(ctx, object, metav1.UpdateOptions{})
	must(t, err)
}

// asks is true when the action's pod asks for the change.
func (c *Client) asks(ctx context.Context, t *testing.T) bool {
	t.Helper()
	pod, err := c.kube.CoreV1().Pods(c.namespace).Get(ctx, "action", metav1.GetOptions{})
	must(t, err)
	return pod.Annotations[v1.AnnotationAsks] == v1.AsksHelm
}

// TestUpgradeIsAnswered: the change is asked for once, and its end is that of the
// primitive, for all who ask.
func TestUpgradeIsAnswered(t *testing.T) {
	for _, test := range []struct {
		name, key string
		value     any
		want      string
	}{
		{"changed", "revision", int64(3), ""},
		{"Helm failed", "helmFailure", "it is not ready", "the Helm release could not be changed: it is not ready"},
		{"aborted", "abort", map[string]any{"at": "2026-01-01T00:00:00Z"}, "run run1 of StyrminDeployment "},
		{"another run", "id", "run2", "is over"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, c := onServer(t)
			c.underway(ctx, t, map[string]any{"id": "run1", "version": "2.0"})
			var group sync.WaitGroup
			for range 3 {
				group.Go(func() {
					got, err := c.Upgrade(ctx, mine)
					if test.want == "" && (err != nil || got != Upgraded{Version: "2.0", Revision: 3}) {
						t.Errorf("%+v, %v; expected revision 3", got, err)
					}
					if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
						t.Errorf("error %v, expected %q", err, test.want)
					}
				})
			}
			for !c.asks(ctx, t) {
				must(t, c.sleep(ctx, c.poll))
			}
			c.record(ctx, t, test.key, test.value)
			group.Wait()
		})
	}
}

// TestUpgradeSituations: what is asked in vain says why, and what is done already is not asked for.
func TestUpgradeSituations(t *testing.T) {
	underWay := map[string]any{"id": "run1", "version": "2.0"}
	changed := map[string]any{"id": "run1", "version": "2.0", "revision": int64(2)}
	with := func(alter func(*Upgrade)) Upgrade { u := mine; alter(&u); return u }
	for _, test := range []struct {
		name string
		run  map[string]any
		ask  Upgrade
		want string
	}{
		{"done already", changed, mine, ""},
		{"done already, in post", changed, with(func(u *Upgrade) { u.Mode = v1.ModePost }), ""},
		{"in pre", underWay, with(func(u *Upgrade) { u.Mode = v1.ModePre }), "the release is changed in the mode core, and this action's is pre"},
		{"no deployment", underWay, with(func(u *Upgrade) { u.Deployment = "other" }), `"other" not found`},
		{"no pod", underWay, with(func(u *Upgrade) { u.Pod = "other" }), `pods "other" not found`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, c := onServer(t)
			c.underway(ctx, t, test.run)
			_, err := c.Upgrade(ctx, test.ask)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected %q", err, test.want)
			}
			if c.asks(ctx, t) {
				t.Error("the change was asked for")
			}
		})
	}
}

// TestUpgradeWithoutAnEngine: the wait ends at its deadline, and the ask stays for the next engine.
func TestUpgradeWithoutAnEngine(t *testing.T) {
	ctx, c := onServer(t)
	c.underway(ctx, t, map[string]any{"id": "run1"})
	short, cut := c.until(ctx, "asked the engine")
	if _, err := cut.Upgrade(short, mine); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "kubectl styrmin status app -n "+c.namespace) {
		t.Errorf("error %v, expected one about the deadline", err)
	}
	if !c.asks(ctx, t) {
		t.Error("nothing was asked")
	}
}

func TestUpgradeForbidden(t *testing.T) {
	ctx, c := onServer(t)
	config := rest.CopyConfig(shared.Get(t, startServer).config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "nobody"}
	nobody, err := New(config, c.namespace, t.Logf)
	must(t, err)
	if _, err := nobody.Upgrade(ctx, mine); !apierrors.IsForbidden(err) {
		t.Errorf("error %v, expected one about a permission", err)
	}
}
