package instance_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

const template = `version: {{ app.version | tojson }}
replicas: {{ parameters.size }}
owner: {{ parameters.owner | tojson }}
site: {{ instance.config | tojson }}
`

// inputs are everything that an instance is made of, to be altered in one place.
type inputs struct {
	object     map[string]any
	deployment *v1.StyrminDeployment
	chart      instance.Chart
}

func valid() *inputs {
	d := &v1.StyrminDeployment{}
	d.Namespace, d.Name, d.UID = "demo", "notes", "0b0e"
	d.Spec = v1.StyrminDeploymentSpec{
		Driver: "notes", Version: "2.0.0",
		Parameters: raw("owner", `"me"`, "size", `9007199254740993`),
		Config:     raw("port", `8080`, "ratio", `0.1`, "big", `1e30`, "zones", `["a",{"b":[1,2]}]`),
	}
	return &inputs{
		object: map[string]any{
			"apiVersion": "styrmin.io/v1", "kind": "ApplicationDriver",
			"metadata": map[string]any{"name": "notes"},
			"spec": map[string]any{
				"version": "3", "supported_versions": ">=1.0,<3.0", "default_version": "1.0.0",
				"helm":       map[string]any{"main": map[string]any{"location": "./chart"}},
				"components": map[string]any{"api": map[string]any{"identifier": map[string]any{"label": map[string]any{"app": "api", "tier": "web"}}}},
				"services":   []any{map[string]any{"name": "http", "kind": "http", "scope": "public", "port": int64(80), "component": "api"}},
				"parameters": []any{
					map[string]any{"name": "owner", "kind": "string"},
					map[string]any{"name": "size", "kind": "integer", "default": int64(1)},
				},
				"actions": []any{map[string]any{"name": "stop", "hook": "upgrade", "mode": "pre", "location": "actions.py::stop"}},
			},
			"files": map[string]any{"actions.py": "def stop():\n    pass\n", "values.j2.yml": template},
		},
		deployment: d,
		chart:      instance.Chart{Name: "notes", Version: "0.1.0", AppVersion: "2", Templates: "t", Digest: "c"},
	}
}

func raw(pairs ...string) map[string]apiextensionsv1.JSON {
	out := map[string]apiextensionsv1.JSON{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = apiextensionsv1.JSON{Raw: []byte(pairs[i+1])}
	}
	return out
}

// spec is the driver's, to be altered.
func (in *inputs) spec() map[string]any { return in.object["spec"].(map[string]any) }

func (in *inputs) file(name, content string) { in.object["files"].(map[string]any)[name] = content }

func (in *inputs) resolve(t testing.TB) *instance.Instance {
	t.Helper()
	d, err := driver.FromObject(in.object)
	if err != nil {
		t.Fatal(err)
	}
	i, err := instance.Resolve(d, in.deployment, in.chart)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (in *inputs) objects(t testing.TB) (*corev1.ConfigMap, *corev1.Secret) {
	t.Helper()
	configMap, secret, err := in.resolve(t).Objects(jobs.Owner(in.deployment))
	if err != nil {
		t.Fatal(err)
	}
	return configMap, secret
}
