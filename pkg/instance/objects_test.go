package instance_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

func TestObjects(t *testing.T) {
	in := valid()
	i := in.resolve(t)
	configMap, secret := in.objects(t)
	for _, object := range []client.Object{configMap, secret} {
		if object.GetName() != instance.Name("notes", i.Digest) || object.GetNamespace() != "demo" || !metav1.IsControlledBy(object, in.deployment) {
			t.Errorf("unexpected metadata of %s/%s", object.GetNamespace(), object.GetName())
		}
		if labels := object.GetLabels(); labels[v1.LabelInstance] != i.Digest || labels[v1.LabelDeployment] != "notes" {
			t.Errorf("unexpected labels %v", labels)
		}
	}
	if !*configMap.Immutable || !*secret.Immutable {
		t.Error("the objects can be changed")
	}
	for _, text := range configMap.Data {
		if strings.Contains(text, "9007199254740993") {
			t.Error("a parameter's value is in the ConfigMap")
		}
	}
}

// throughJSON is what an API server does to an object.
func throughJSON[T any](t *testing.T, object *T) *T {
	t.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	out := new(T)
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReadIsTheInverseOfObjects(t *testing.T) {
	in := valid()
	want := in.resolve(t)
	configMap, secret := in.objects(t)
	got, err := instance.Read(throughJSON(t, configMap), throughJSON(t, secret))
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest != want.Digest || got.Driver.Digest() != want.Driver.Digest() {
		t.Errorf("another digest: %s, expected %s", got.Digest, want.Digest)
	}
	if diff := cmp.Diff(want.Context, got.Context); diff != "" {
		t.Errorf("context (-stored +read):\n%s", diff)
	}
	if diff := cmp.Diff(want.Values, got.Values); diff != "" {
		t.Errorf("values (-stored +read):\n%s", diff)
	}
	if got.Context.Parameters["size"] != int64(9007199254740993) {
		t.Errorf("a large integer became %v", got.Context.Parameters["size"])
	}
}

// TestRoundTripProperty: any configuration survives being stored.
func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := valid()
		in.deployment.Spec.Config = raw(
			"text", quote(rapid.StringOf(rapid.RuneFrom(nil, unicode.L, unicode.P, unicode.N, unicode.S, unicode.Zs)).Draw(rt, "text")),
			"integer", quote(rapid.Int64().Draw(rt, "integer")),
			"float", quote(rapid.Float64Range(-1e300, 1e300).Draw(rt, "float")),
			"list", quote(rapid.SliceOf(rapid.SampledFrom([]any{nil, true, "yes", "no", "1e3", "0x10", "~", 1, 1.5, ""})).Draw(rt, "list")),
		)
		configMap, secret := in.objects(t)
		got, err := instance.Read(throughJSON(t, configMap), throughJSON(t, secret))
		if err != nil {
			rt.Fatal(err)
		}
		if want := in.resolve(t); got.Digest != want.Digest {
			rt.Fatalf("the digest became %s, expected %s", got.Digest, want.Digest)
		}
	})
}

func quote(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// TestTampering: neither object can be exchanged or changed in any part.
func TestTampering(t *testing.T) {
	for name, tamper := range map[string]func(*corev1.ConfigMap, *corev1.Secret){
		"actions.py":   func(c *corev1.ConfigMap, _ *corev1.Secret) { c.Data["actions.py"] += "# more\n" },
		"template":     func(c *corev1.ConfigMap, _ *corev1.Secret) { c.Data["values.j2.yml"] = "{}\n" },
		"module added": func(c *corev1.ConfigMap, _ *corev1.Secret) { c.Data["prefect.py"] = "" },
		"module added as binary": func(c *corev1.ConfigMap, _ *corev1.Secret) {
			c.BinaryData = map[string][]byte{"prefect.py": []byte("evil")}
		},
		"file removed":      func(c *corev1.ConfigMap, _ *corev1.Secret) { delete(c.Data, "actions.py") },
		"action removed":    func(c *corev1.ConfigMap, _ *corev1.Secret) { replace(c.Data, "driver.json", `"stop"`, `"halt"`) },
		"spec not JSON":     func(c *corev1.ConfigMap, _ *corev1.Secret) { c.Data["driver.json"] = "?" },
		"no spec":           func(c *corev1.ConfigMap, _ *corev1.Secret) { delete(c.Data, "driver.json") },
		"spec is null":      func(c *corev1.ConfigMap, _ *corev1.Secret) { c.Data["driver.json"] = "null" },
		"context":           func(_ *corev1.ConfigMap, s *corev1.Secret) { replaceBytes(s.Data, "context.json", `"me"`, `"you"`) },
		"context's version": func(_ *corev1.ConfigMap, s *corev1.Secret) { replaceBytes(s.Data, "context.json", `2.0.0`, `2.0.1`) },
		"no context":        func(_ *corev1.ConfigMap, s *corev1.Secret) { delete(s.Data, "context.json") },
		"values": func(_ *corev1.ConfigMap, s *corev1.Secret) {
			replaceBytes(s.Data, "values.yaml", "owner: me", "owner: you")
		},
		"values added": func(_ *corev1.ConfigMap, s *corev1.Secret) {
			s.Data["values.yaml"] = append(s.Data["values.yaml"], "more: 1\n"...)
		},
		"values not YAML": func(_ *corev1.ConfigMap, s *corev1.Secret) { s.Data["values.yaml"] = []byte(":\n- {") },
		"no values":       func(_ *corev1.ConfigMap, s *corev1.Secret) { delete(s.Data, "values.yaml") },
		"label":           func(c *corev1.ConfigMap, _ *corev1.Secret) { c.Labels[v1.LabelInstance] = "x" },
		"Secret's label":  func(_ *corev1.ConfigMap, s *corev1.Secret) { s.Labels[v1.LabelInstance] = "x" },
	} {
		configMap, secret := valid().objects(t)
		tamper(configMap, secret)
		if i, err := instance.Read(configMap, secret); err == nil {
			t.Errorf("%s: read as %s", name, i.Digest)
		} else if !strings.Contains(err.Error(), "demo/styrmin-notes-") {
			t.Errorf("%s: the error does not name the object: %v", name, err)
		}
	}
}

func replace(data map[string]string, key, old, with string) {
	data[key] = strings.Replace(data[key], old, with, 1)
}

func replaceBytes(data map[string][]byte, key, old, with string) {
	data[key] = []byte(strings.Replace(string(data[key]), old, with, 1))
}

// TestList leaves out what is broken and says so.
func TestList(t *testing.T) {
	good := valid()
	goodMap, goodSecret := good.objects(t)
	alone := valid()
	alone.deployment.Spec.Version = "2.1.0"
	aloneMap, _ := alone.objects(t)
	forged := valid()
	forged.deployment.Spec.Version = "2.2.0"
	forgedMap, forgedSecret := forged.objects(t)
	forgedMap.Data["actions.py"] = "pass\n"
	other := valid()
	other.deployment.Name = "other"
	otherMap, otherSecret := other.objects(t)
	plain := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "plain", Labels: map[string]string{v1.LabelDeployment: "notes"}}}
	reader := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).
		WithObjects(goodMap, goodSecret, aloneMap, forgedMap, forgedSecret, otherMap, otherSecret, plain).Build()

	found, broken, err := instance.List(t.Context(), reader, "demo", "notes")
	if err != nil || len(found) != 1 || found[0].Digest != good.resolve(t).Digest {
		t.Errorf("found %d instances, %v", len(found), err)
	}
	if len(broken) != 2 || !strings.Contains(errors.Join(broken...).Error(), "has no Secret") {
		t.Errorf("unexpected broken ones: %v", broken)
	}
}

// TestListFails when a Secret cannot be read, which is not the same as there being none.
func TestListFails(t *testing.T) {
	configMap, secret := valid().objects(t)
	denied := errors.New("forbidden")
	reader := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(configMap, secret).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
			if _, ok := o.(*corev1.Secret); ok {
				return denied
			}
			return c.Get(ctx, key, o, options...)
		},
	}).Build()
	if _, _, err := instance.List(t.Context(), reader, "demo", "notes"); !errors.Is(err, denied) {
		t.Errorf("expected the failure, got %v", err)
	}
}

// TestGet tells what is broken from what cannot be read.
func TestGet(t *testing.T) {
	good := valid()
	configMap, secret := good.objects(t)
	key := client.ObjectKeyFromObject(configMap)
	whole := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(configMap, secret).Build()
	if found, broken, err := instance.Get(t.Context(), whole, key); err != nil || broken != nil || found.Digest != good.resolve(t).Digest {
		t.Errorf("found %v, broken: %v, %v", found, broken, err)
	}
	half := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(configMap).Build()
	none := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).Build()
	for lacks, reader := range map[string]client.Reader{"has no Secret": half, "has no ConfigMap": none} {
		if _, broken, err := instance.Get(t.Context(), reader, key); err != nil || broken == nil || !strings.Contains(broken.Error(), lacks) {
			t.Errorf("broken: %v, %v; expected that it %s", broken, err, lacks)
		}
	}
}
