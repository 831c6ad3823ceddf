package webhook_test

import (
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func TestDriverIsRefusedWithAllProblems(t *testing.T) {
	e := cluster(t)
	object := driverObject("broken")
	spec := object["spec"].(map[string]any)
	spec["default_version"] = "9.0"
	spec["services"] = []any{map[string]any{"name": "web", "port": int64(80), "component": "ghost"}}
	object["files"].(map[string]any)["actions.py"] = "def work():\n    pass\n"
	refused(t, e.admin.Create(t.Context(), &unstructured.Unstructured{Object: object}),
		"ApplicationDriver broken is not valid", "spec.default_version", "spec.services[0].component", "actions.py:1:")
}

// TestDriverWithoutItsFiles is what plain `kubectl apply -f driver.styrmin.yml` sends.
func TestDriverWithoutItsFiles(t *testing.T) {
	e := cluster(t)
	w := &warnings{}
	config := rest.CopyConfig(e.config)
	config.WarningHandler = w
	admin, err := client.New(config, client.Options{Scheme: e.scheme})
	must(t, err)
	object := driverObject("no-files")
	delete(object, "files")
	must(t, admin.Create(t.Context(), &unstructured.Unstructured{Object: object}))
	if !strings.Contains(w.String(), "kubectl styrmin driver load") {
		t.Errorf("expected a warning, got %q", w)
	}
}

func TestDeploymentIsRefusedWithAllProblems(t *testing.T) {
	w := newWorld(t, "enforce")
	bad := &v1.StyrminDeployment{ObjectMeta: objectMeta(w.namespace, "bad"), Spec: v1.StyrminDeploymentSpec{
		Driver: w.driver.Object.Name, Version: "9.0", Release: "app",
		Parameters: map[string]apiextensionsv1.JSON{"size": {Raw: []byte(`"` + secretValue + `"`)}, "ghost": {Raw: []byte("1")}},
	}}
	refused(t, w.editor.Create(t.Context(), bad), "spec.version", "spec.parameters[size]", "spec.parameters[ghost]", "governed by StyrminDeployment app already")

	bad.Spec = v1.StyrminDeploymentSpec{Driver: "ghost"}
	refused(t, w.editor.Create(t.Context(), bad), "spec.driver", "driver load")
}

// TestDeploymentCannotEscapeTheGate: the ways of an editor to make its release ungoverned.
func TestDeploymentCannotEscapeTheGate(t *testing.T) {
	w := newWorld(t, "enforce")
	ctx := t.Context()
	other := w.register(driverObject("second-" + w.driver.Object.Name))

	renamed := w.deployment.DeepCopy()
	renamed.Spec.Release = "elsewhere"
	refused(t, w.editor.Update(ctx, renamed), "spec.release")

	redriven := w.deployment.DeepCopy()
	redriven.Spec.Driver = other.Object.Name
	refused(t, w.editor.Update(ctx, redriven), "spec.driver")

	refused(t, w.editor.Delete(ctx, w.deployment.DeepCopy()), "cannot delete")

	upgraded := w.deployment.DeepCopy()
	upgraded.Spec.Version = "2.0"
	must(t, w.editor.Update(ctx, upgraded))
	upgraded.Labels = map[string]string{"team": "a"}
	must(t, w.editor.Update(ctx, upgraded))
	upgraded.Status.Run = &v1.Run{ID: "run1", Hook: v1.RunHookSetup, Phase: v1.RunPre, StartedAt: metav1.Now()}
	must(t, w.editor.Status().Update(ctx, upgraded))
}
