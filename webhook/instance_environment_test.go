package webhook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

func TestInstanceOfAnUnregisteredDriver(t *testing.T) {
	w := newWorld(t, "enforce")
	object := driverObject(w.driver.Object.Name)
	object["files"].(map[string]any)["actions.py"] = "from prefect import flow\n\n\n@flow\ndef work(): ...\n"
	changed, err := driver.FromObject(object)
	must(t, err)
	refused(t, w.store(w.resolve(changed, "1.0")), "has the digest", "kubectl styrmin driver load")

	w.prepare(install.Namespace{Name: w.namespace, Drivers: "any"})
	w.eventually("any driver is admitted", func() error { return w.store(w.resolve(changed, "1.0")) })
}

func TestForgedInstances(t *testing.T) {
	w := newWorld(t, "enforce")
	i := w.resolve(w.driver, "1.0")
	must(t, w.storeDriver(i))
	for name, c := range map[string]struct {
		change   func(*corev1.Secret)
		expected string
	}{
		"mutable":      {func(s *corev1.Secret) { s.Immutable = nil }, "immutable: expected true"},
		"no label":     {func(s *corev1.Secret) { s.Labels = nil }, "for instances only"},
		"other name":   {func(s *corev1.Secret) { s.Name = "styrmin-app-000000000000" }, "metadata.name: found"},
		"other values": {func(s *corev1.Secret) { s.Data["values.yaml"] = []byte("password: " + secretValue) }, "not the snapshot"},
		"another file": {func(s *corev1.Secret) { s.Data["sitecustomize.py"] = []byte("exit(0)") }, "its data is not"},
		"other context": {func(s *corev1.Secret) {
			s.Data["context.json"] = []byte(`{"app":{"version":"9"},"secret":"` + secretValue + `"}`)
		}, "not the snapshot"},
		"no context":    {func(s *corev1.Secret) { s.Data["context.json"] = []byte(`"` + secretValue + `"`) }, "not the snapshot"},
		"unknown field": {func(s *corev1.Secret) { addField(t, s) }, "its data is not"},
	} {
		t.Run(name, func(t *testing.T) {
			_, secret, err := i.Objects(jobs.Owner(w.deployment))
			must(t, err)
			c.change(secret)
			refused(t, w.editor.Create(t.Context(), secret), c.expected)
		})
	}
	_, secret, err := i.Objects(jobs.Owner(w.deployment))
	must(t, err)
	must(t, w.editor.Create(t.Context(), secret))
}

// TestInstanceWithAContextOfItsOwn has a digest that fits its content, and a
// content that its driver does not lead to.
func TestInstanceWithAContextOfItsOwn(t *testing.T) {
	for name, change := range map[string]func(*instance.Context){
		"components": func(c *instance.Context) { c.Components = map[string]instance.Component{"x": {}} },
		"release":    func(c *instance.Context) { c.Instance.Release = "other" },
		"deployment": func(c *instance.Context) { c.Deployment.ID = "other/app" },
		"chart":      func(c *instance.Context) { c.App.Chart.Version = "9.9.9" },
		"version":    func(c *instance.Context) { c.App.Version = "9.0" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "enforce")
			i := w.redigested(w.resolve(w.driver, "1.0"), change)
			refused(t, w.store(i), "is not an instance that can be admitted")
		})
	}
}

// redigested changes the context and finds the digest that fits, as a forger would.
func (w *world) redigested(i *instance.Instance, change func(*instance.Context)) *instance.Instance {
	w.t.Helper()
	change(&i.Context)
	i.Digest = digestOf(w.t, i)
	return i
}

func (w *world) storeDriver(i *instance.Instance) error {
	configMap, _, err := i.Objects(jobs.Owner(w.deployment))
	must(w.t, err)
	return w.editor.Create(w.t.Context(), configMap)
}

func addField(t *testing.T, s *corev1.Secret) {
	t.Helper()
	var context map[string]any
	must(t, json.Unmarshal(s.Data["context.json"], &context))
	context["more"] = true
	data, err := json.Marshal(context)
	must(t, err)
	s.Data["context.json"] = data
}

func TestNothingBecomesAnInstanceByRelabelling(t *testing.T) {
	w := newWorld(t, "enforce")
	ctx := t.Context()
	plain := &corev1.ConfigMap{ObjectMeta: objectMeta(w.namespace, "plain")}
	must(t, w.editor.Create(ctx, plain))
	plain.Labels = map[string]string{v1.LabelDeployment: "app", v1.LabelInstance: "0123"}
	refused(t, w.editor.Update(ctx, plain), "are fixed when it is created")

	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	configMap, _, err := i.Objects(jobs.Owner(w.deployment))
	must(t, err)
	delete(configMap.Labels, v1.LabelInstance)
	refused(t, w.editor.Update(ctx, configMap), "are fixed when it is created")
}

// TestInstanceIsNotSwapped: after an instance was judged, nothing else takes its
// name, which is what pods mount.
func TestInstanceIsNotSwapped(t *testing.T) {
	w := newWorld(t, "enforce")
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	configMap, _, err := i.Objects(jobs.Owner(w.deployment))
	must(t, err)
	must(t, w.editor.Delete(t.Context(), configMap.DeepCopy()))
	forged := configMap.DeepCopy()
	forged.Labels, forged.Immutable = map[string]string{"owner": "helm"}, nil
	forged.Data["actions.py"] = "exit(0)"
	refused(t, w.editor.Create(t.Context(), forged), "for instances only")
	smuggled := configMap.DeepCopy()
	smuggled.BinaryData = map[string][]byte{"prefect.py": []byte("raise SystemExit(0)")}
	refused(t, w.editor.Create(t.Context(), smuggled), "binaryData")
}

// digestOf computes an instance's digest as pkg/instance does.
func digestOf(t *testing.T, i *instance.Instance) string {
	t.Helper()
	raw, err := json.Marshal(i.Context)
	must(t, err)
	var context map[string]any
	must(t, json.Unmarshal(raw, &context))
	i.Values, err = values.Render(v1.ValuesFile, i.Driver.Files[v1.ValuesFile], context)
	must(t, err)
	data, err := json.Marshal(struct {
		Driver  string
		Context instance.Context
		Values  map[string]any
	}{i.Driver.Digest(), i.Context, i.Values})
	must(t, err)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:32]
}
