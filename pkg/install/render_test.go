package install

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func render(t *testing.T, o Options) []*unstructured.Unstructured {
	t.Helper()
	objects, err := Render(o)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func find(t *testing.T, objects []*unstructured.Unstructured, kind, name string) *unstructured.Unstructured {
	t.Helper()
	for _, object := range objects {
		if object.GetKind() == kind && object.GetName() == name {
			return object
		}
	}
	t.Fatalf("there is no %s %s", kind, name)
	return nil
}

func TestImagesOf(t *testing.T) {
	for image, expected := range map[string]string{
		"":                             DefaultImage,
		"reg:5000/x/styrmin:1":         "reg:5000/x/styrmin:1",
		"reg:5000/x/styrmin":           "reg:5000/x/styrmin:latest",
		"reg/x@sha256:" + sixtyFour:    "reg/x@sha256:" + sixtyFour,
		"ghcr.io/styrmin/other:v1.2.3": "ghcr.io/styrmin/other:v1.2.3",
	} {
		objects := render(t, Options{Image: image, Prefect: true, PrefectImage: image})
		data, err := YAML([]*unstructured.Unstructured{find(t, objects, "Deployment", WebhookName)})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), "image: "+expected+"\n") {
			t.Errorf("%q: expected image %s in\n%s", image, expected, data)
		}
		find(t, objects, "Deployment", PrefectName)
	}
}

var sixtyFour = strings.Repeat("0", 64)

// TestOrder: what others need comes first, the configurations come last, so that
// removing in reverse opens the gate before it takes down what answers.
func TestOrder(t *testing.T) {
	var kinds []string
	for _, object := range render(t, Options{}) {
		kinds = append(kinds, object.GetKind())
	}
	before := func(first, second string) {
		if slices.Index(kinds, first) > slices.Index(kinds, second) {
			t.Errorf("%s comes after %s: %v", first, second, kinds)
		}
	}
	before("Namespace", "ServiceAccount")
	before("CustomResourceDefinition", "Deployment")
	before("Deployment", "MutatingWebhookConfiguration")
	if last := kinds[len(kinds)-1]; last != "ValidatingWebhookConfiguration" {
		t.Errorf("last: found %s", last)
	}
}

// TestNoClusterWideSecrets is G7.
func TestNoClusterWideSecrets(t *testing.T) {
	objects := render(t, Options{Prefect: true})
	for _, object := range objects {
		if object.GetKind() != "ClusterRoleBinding" {
			continue
		}
		role, _, _ := unstructured.NestedString(object.Object, "roleRef", "name")
		data, err := YAML([]*unstructured.Unstructured{find(t, objects, "ClusterRole", role)})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "- secrets") || strings.Contains(string(data), "- configmaps") || strings.Contains(string(data), "'*'") {
			t.Errorf("ClusterRoleBinding %s binds too much:\n%s", object.GetName(), data)
		}
	}
}

// TestWebhooksFailClosed: all but those of which manifests/webhook says why, and
// none waits long. Dry runs reach them all.
func TestWebhooksFailClosed(t *testing.T) {
	open := []any{"drivers.gate.styrmin.io", "releases.warn.styrmin.io", "records.gate.styrmin.io"}
	objects := render(t, Options{})
	for _, kind := range []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
		hooks, _, _ := unstructured.NestedSlice(find(t, objects, kind, "styrmin").Object, "webhooks")
		for _, h := range hooks {
			hook := h.(map[string]any)
			drivers := hook["name"] == "drivers.gate.styrmin.io"
			sideEffects := []any{"None", "NoneOnDryRun"}
			if (hook["failurePolicy"] == "Fail") == slices.Contains(open, hook["name"]) || !slices.Contains(sideEffects, hook["sideEffects"]) || hook["timeoutSeconds"].(int64) > 15 {
				t.Errorf("%s: found failurePolicy %v, sideEffects %v, timeoutSeconds %v", hook["name"], hook["failurePolicy"], hook["sideEffects"], hook["timeoutSeconds"])
			}
			if selector, _ := hook["namespaceSelector"].(map[string]any); (selector == nil) != drivers {
				t.Errorf("%s: namespaceSelector is %v", hook["name"], selector)
			}
		}
	}
}

func TestRenderNamespace(t *testing.T) {
	objects, err := RenderNamespace(Namespace{Name: "shop", Images: "reg/"})
	if err != nil {
		t.Fatal(err)
	}
	first, last := objects[0], objects[len(objects)-1]
	if first.GetKind() != "Namespace" || len(first.GetLabels()) != 0 {
		t.Errorf("first: found %v, expected the bare namespace", first)
	}
	if last.GetKind() != "Namespace" || last.GetLabels()["styrmin.io/gate"] != "enforce" || last.GetAnnotations()["styrmin.io/images"] != "reg/" {
		t.Errorf("last: found %v, expected what opts in", last)
	}
	for _, object := range objects[1 : len(objects)-1] {
		if object.GetNamespace() != "shop" {
			t.Errorf("%s is in namespace %q", describe(object), object.GetNamespace())
		}
	}
	subjects := func(name string) string {
		list, _, _ := unstructured.NestedSlice(find(t, objects, "RoleBinding", name).Object, "subjects")
		return list[0].(map[string]any)["namespace"].(string)
	}
	if subjects("styrmin-action") != "shop" || subjects("styrmin-webhook") != "styrmin" {
		t.Errorf("subjects: found %s and %s", subjects("styrmin-action"), subjects("styrmin-webhook"))
	}
	// Whoever holds edit can use every service account of the namespace (G3).
	role, _, _ := unstructured.NestedStringMap(find(t, objects, "RoleBinding", "styrmin-engine").Object, "roleRef")
	if role["kind"] != "ClusterRole" || role["name"] != "edit" {
		t.Errorf("an engine in the cluster has role %v, expected no more than edit", role)
	}
	for _, excluded := range []string{"kube-system", "styrmin"} {
		if _, err := RenderNamespace(Namespace{Name: excluded}); err == nil {
			t.Errorf("%s was prepared", excluded)
		}
	}
}

func TestFailurePolicy(t *testing.T) {
	for policy, want := range map[string]string{"": "Fail", "Fail": "Fail", "Ignore": "Ignore"} {
		configuration := find(t, render(t, Options{FailurePolicy: policy}), "ValidatingWebhookConfiguration", WebhookConfiguration)
		webhooks, _, _ := unstructured.NestedSlice(configuration.Object, "webhooks")
		found := map[string]any{}
		for _, w := range webhooks {
			webhook := w.(map[string]any)
			found[webhook["name"].(string)] = webhook["failurePolicy"]
			if webhook["rules"] == nil {
				t.Errorf("%q: webhook %s has lost its rules", policy, webhook["name"])
			}
		}
		if found["releases.gate.styrmin.io"] != want || found["jobs.gate.styrmin.io"] != "Fail" || found["records.gate.styrmin.io"] != "Ignore" {
			t.Errorf("%q: found %v", policy, found)
		}
	}
}

func TestMonitoring(t *testing.T) {
	objects := render(t, Options{Monitoring: true})
	find(t, objects, "PrometheusRule", WebhookName)
	find(t, objects, "PodMonitor", WebhookName)
	if dashboard := find(t, objects, "ConfigMap", "styrmin-dashboard"); dashboard.GetLabels()["grafana_dashboard"] == "" {
		t.Error("Grafana's sidecar would not find the dashboard")
	}
	if last := objects[len(objects)-1]; last.GetKind() != "ValidatingWebhookConfiguration" {
		t.Errorf("last: found %s", last.GetKind())
	}
}
