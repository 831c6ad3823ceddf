package engine_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// TestStoredInstanceIsVerified: a run uses no instance that was there already
// without looking at it.
func TestStoredInstanceIsVerified(t *testing.T) {
	for name, tt := range map[string]struct {
		alter func(*corev1.ConfigMap)
		words string
	}{
		"forged": {func(c *corev1.ConfigMap) { c.Data["actions.py"] = "import os\n" }, "is not what it was"},
		"of a deleted deployment": {func(c *corev1.ConfigMap) {
			c.OwnerReferences[0].UID = types.UID("gone")
			c.Finalizers = []string{"test.example/keep"} // else the garbage collector may be faster than the test
		}, "was deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := w.driverWith("setup/pre/a")
			request := w.request(engine.VerbSetup, d, "1.0")
			e, _ := w.engine(w.config)
			p, err := e.Prepare(t.Context(), request)
			w.must(err)
			deployment := request.Desired.DeepCopy()
			w.must(w.admin.Create(t.Context(), deployment))
			configMap, _, err := p.Instance.Objects(*metav1.NewControllerRef(deployment, v1.GroupVersion.WithKind("StyrminDeployment")))
			w.must(err)
			tt.alter(configMap)
			w.must(w.admin.Create(t.Context(), configMap))

			_, _, err = w.do(t.Context(), request)
			if err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("expected %q, got %v", tt.words, err)
			}
			if order := w.kubelet.order(w.namespace); len(order) != 0 {
				t.Errorf("ran %q", order)
			}
			var stored v1.StyrminDeployment
			w.must(w.admin.Get(t.Context(), client.ObjectKeyFromObject(deployment), &stored))
			if stored.Status.Run != nil {
				t.Errorf("a run was recorded: %+v", stored.Status.Run)
			}
		})
	}
}
