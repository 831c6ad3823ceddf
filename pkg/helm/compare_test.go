package helm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const before = `---
# Source: notes/templates/server.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: server
          image: notes:1.0.0
---
apiVersion: v1
kind: Secret
metadata:
  name: login
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data":"hunter1"}'
data:
  gone: aHVudGVyMQ==
  password: aHVudGVyMg==
  same: aHVudGVyMw==
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: old
  annotations: {"helm.sh/resource-policy": keep}
`

const after = `---
apiVersion: v1
kind: Secret
metadata: {name: login}
data:
  same: aHVudGVyMw==
  password: aHVudGVyNA==
stringData:
  fresh: hunter5
---
# The same number, another way to write it, and keys in another order.
kind: Deployment
apiVersion: apps/v1
metadata:
  namespace: demo
  name: server
spec:
  template:
    spec:
      containers:
        - image: notes:2.0.0
          name: server
  replicas: 1.0
---
apiVersion: v1
kind: Service
metadata:
  name: server
`

// short writes a change in one line.
func short(c ObjectChange) string {
	line := fmt.Sprintf("%s %s %s/%s", c.Change, c.Kind, c.Namespace, c.Name)
	if c.Kept {
		line += " kept"
	}
	return strings.TrimSpace(line + " " + strings.Join(c.Hook, ","))
}

func shorts(changes []ObjectChange) []string {
	var out []string
	for _, c := range changes {
		out = append(out, short(c))
	}
	return out
}

func TestCompare(t *testing.T) {
	hook := func(name, event, extra string) string {
		return fmt.Sprintf("---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: %s\n  annotations: {\"helm.sh/hook\": \"%s\"}\n%s", name, event, extra)
	}
	for name, tt := range map[string]struct {
		from, to *Rendered
		want     []string
	}{
		"nothing":   {nil, nil, nil},
		"the same":  {&Rendered{Manifest: before}, &Rendered{Manifest: before}, nil},
		"all new":   {nil, &Rendered{Manifest: after}, []string{"added Secret demo/login", "added Deployment demo/server", "added Service demo/server"}},
		"uninstall": {&Rendered{Manifest: after}, nil, []string{"removed Secret demo/login", "removed Deployment demo/server", "removed Service demo/server"}},
		"a mixture": {&Rendered{Manifest: before}, &Rendered{Manifest: after}, []string{
			"changed Secret demo/login", "changed Deployment demo/server", "added Service demo/server", "removed ConfigMap demo/old kept",
		}},
		"to be kept, and changed": {
			&Rendered{Manifest: "kind: ConfigMap\nmetadata: {name: a, annotations: {\"helm.sh/resource-policy\": keep}}\ndata: {a: b}\n"},
			&Rendered{Manifest: "kind: ConfigMap\nmetadata: {name: a, annotations: {\"helm.sh/resource-policy\": keep}}\ndata: {a: c}\n"},
			[]string{"changed ConfigMap demo/a"},
		},
		"another API version of a kind": {
			&Rendered{Manifest: "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"},
			&Rendered{Manifest: "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"},
			[]string{"changed PodDisruptionBudget demo/a"},
		},
		"another API group": {
			&Rendered{Manifest: "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n"},
			&Rendered{Manifest: "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n"},
			[]string{"added Ingress demo/a", "removed Ingress demo/a"},
		},
		"in another namespace": {
			&Rendered{Manifest: "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"},
			&Rendered{Manifest: "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: other}\n"},
			[]string{"added Service other/a", "removed Service demo/a"},
		},
		"a List": {nil, &Rendered{Manifest: "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n- {apiVersion: v1, kind: Service, metadata: {name: b}}\n"},
			[]string{"added Secret demo/a", "added Service demo/b"}},
		"twice the same name": {
			&Rendered{Manifest: "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"},
			&Rendered{Manifest: "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n"},
			[]string{"added Service demo/a"},
		},
		"empty documents": {&Rendered{Manifest: "---\n# nothing\n---\n\n"}, &Rendered{}, nil},
		"hooks": {
			&Rendered{Hooks: hook("migrate", "pre-upgrade", "") + hook("check", "test", "")},
			&Rendered{Hooks: hook("migrate", "pre-install, Pre-Upgrade", "spec: {backoffLimit: 0}\n") + hook("warm", "post-install", "")},
			[]string{"changed Job demo/migrate pre-install,pre-upgrade", "added Job demo/warm post-install", "removed Job demo/check test"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Compare(tt.from, tt.to, "demo")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, shorts(got)); diff != "" {
				t.Errorf("(-expected +found)\n%s", diff)
			}
		})
	}
}

// TestCompareHidesSecrets: which keys of a Secret change is shown, and nothing that it holds.
func TestCompareHidesSecrets(t *testing.T) {
	changes, err := Compare(&Rendered{Manifest: before}, &Rendered{Manifest: after}, "demo")
	if err != nil {
		t.Fatal(err)
	}
	want := `@@ -1,10 +1,9 @@
 apiVersion: v1
 data:
-  gone: (hidden)
-  password: (hidden, old)
+  password: (hidden, new)
   same: (hidden)
 kind: Secret
 metadata:
-  annotations:
-    kubectl.kubernetes.io/last-applied-configuration: (hidden)
   name: login
+stringData:
+  fresh: (hidden)
`
	if diff := cmp.Diff(want, changes[0].Diff); diff != "" {
		t.Errorf("(-expected +found)\n%s", diff)
	}
	all := &Rendered{Manifest: before}
	for _, pair := range [][2]*Rendered{{nil, all}, {all, nil}, {all, {Manifest: strings.ReplaceAll(after, "kind: Secret", "kind: ConfigMap")}}} {
		changes, err := Compare(pair[0], pair[1], "demo")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if c.Kind == "Secret" && (strings.Contains(c.Diff, "hunter") || strings.Contains(c.Diff, "aHVudGVy")) {
				t.Errorf("a value is shown:\n%s", c.Diff)
			}
		}
	}
}

// TestSecretsOfEveryShape: what is no mapping is hidden as a whole.
func TestSecretsOfEveryShape(t *testing.T) {
	for _, body := range []string{
		"data: hunter2", "data: [hunter2]", "data: {a: {b: hunter2}}", "stringData: {a: [hunter2]}", "data: {hunter: 2}\nstringData: 7777", "data: null", "data: {}",
		"immutable: true", "data: {a: aHVudGVyMg==}\nstringData: {a: hunter2}",
	} {
		secret := &Rendered{Manifest: "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n" + body + "\n"}
		other := &Rendered{Manifest: "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: aHVudGVyMw==}\n"}
		for _, pair := range [][2]*Rendered{{nil, secret}, {secret, nil}, {secret, other}, {other, secret}} {
			changes, err := Compare(pair[0], pair[1], "demo")
			if err != nil || len(changes) != 1 {
				t.Fatalf("%s: %v, %v", body, changes, err)
			}
			for _, value := range []string{"hunter2", "aHVudGVy", "7777", " 2\n"} {
				if strings.Contains(changes[0].Diff, value) {
					t.Errorf("%s: a value is shown:\n%s", body, changes[0].Diff)
				}
			}
		}
	}
}

func TestCompareShowsHunks(t *testing.T) {
	changes, err := Compare(&Rendered{Manifest: before}, &Rendered{Manifest: after}, "demo")
	if err != nil {
		t.Fatal(err)
	}
	want := `@@ -2,10 +2,11 @@
 kind: Deployment
 metadata:
   name: server
+  namespace: demo
 spec:
   replicas: 1
   template:
     spec:
       containers:
-      - image: notes:1.0.0
+      - image: notes:2.0.0
         name: server
`
	if diff := cmp.Diff(want, changes[1].Diff); diff != "" {
		t.Errorf("(-expected +found)\n%s", diff)
	}
}

// TestCompareRefuses: what is no manifest is said to be none, without a word of it.
func TestCompareRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n---\nb: [hunter2":       "compare the manifests: the deployed revision: document 2 is not YAML",
		"- hunter2":                    "compare the manifests: the deployed revision: document 1 is not a mapping",
		"kind: List\nitems: [hunter2]": "compare the manifests: the deployed revision: document 1 is a List with something else than objects in it",
	} {
		_, err := Compare(&Rendered{Manifest: text}, nil, "demo")
		if err == nil || err.Error() != want {
			t.Errorf("%q: found %v, expected %s", text, err, want)
		}
	}
}
