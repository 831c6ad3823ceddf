package driver

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// values generates what an unknown field of a driver may hold.
func values() *rapid.Generator[any] {
	scalar := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Int64(), func(i int64) any { return i }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.StringMatching(`[ -~äü]{0,8}`), func(s string) any { return s }),
		rapid.SampledFrom([]any{1.0, -0.0, 1e20, 1e21, 1e-7, "1", "true", "null", "2024-01-01", uint64(1 << 63)}),
	)
	return rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(scalar, scalar,
			rapid.Map(rapid.SliceOfN(scalar, 0, 3), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(keys(), scalar, 0, 3), func(m map[string]any) any { return m }),
		)
	})
}

func keys() *rapid.Generator[string] { return rapid.StringMatching(`[a-z/._]{1,6}`) }

// throughServer is what an API server returns of an applied object.
func throughServer(t *rapid.T, object map[string]any) map[string]any {
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := utiljson.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	metadata, _ := out["metadata"].(map[string]any)
	metadata["uid"], metadata["generation"], metadata["creationTimestamp"] = "u", int64(3), "2026-01-01T00:00:00Z"
	metadata["managedFields"] = []any{map[string]any{"manager": "m"}}
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
		metadata["annotations"] = annotations
	}
	annotations["kubectl.kubernetes.io/last-applied-configuration"] = "{}"
	annotations[v1.AnnotationDriverDigest] = "x"
	return out
}

// TestDigestSurvivesTheServer loads random drivers from a directory and reads
// them back from what a server would return.
func TestDigestSurvivesTheServer(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		spec := rapid.MapOfN(rapid.Map(keys(), func(k string) string { return "x-" + k }), values(), 0, 5).Draw(t, "spec")
		spec["version"] = rapid.StringMatching(`[0-9]{1,3}`).Draw(t, "version")
		file := map[string]any{"metadata": map[string]any{"name": "notes", "annotations": map[string]any{"styrmin.io/helm-upgrade": "in-action"}}, "spec": spec}
		actions := []any{map[string]any{"name": "a", "hook": "setup", "mode": "pre", "location": "actions.py::a", "prompts": nil}}
		if rapid.Bool().Draw(t, "top level") {
			file["actions"] = actions
		} else {
			spec["actions"] = actions
		}
		data, err := yaml.Marshal(file)
		if err != nil {
			t.Skip("YAML cannot hold this")
		}
		source := rapid.StringMatching(`[ -~\n\r\t]{0,20}`).Draw(t, "actions.py")
		writeFile(t, dir, "driver.styrmin.yml", string(data))
		writeFile(t, dir, "actions.py", source)
		d, list := LoadDir(dir)
		if list.HasErrors() {
			t.Fatalf("%v\n%s", list.Err(), data)
		}
		back, err := FromObject(throughServer(t, d.ToObject()))
		if err != nil {
			t.Fatal(err)
		}
		if d.Digest() != back.Digest() || len(d.Digest()) != 64 {
			t.Fatalf("%s became %s\n%s", d.Digest(), back.Digest(), data)
		}
		if len(back.Object.Spec.Actions) != 1 || back.Files["actions.py"] != source {
			t.Fatal("actions or files were lost")
		}
	})
}

func writeFile(t *rapid.T, dir, name, text string) {
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDigestTellsDriversApart changes one thing at a time.
func TestDigestTellsDriversApart(t *testing.T) {
	object := func(change func(m map[string]any)) map[string]any {
		m := map[string]any{
			"apiVersion": "styrmin.io/v1", "kind": "ApplicationDriver",
			"metadata": map[string]any{"name": "a", "annotations": map[string]any{"styrmin.io/x": "1"}},
			"spec":     map[string]any{"version": "1", "x-unknown": map[string]any{"a": int64(1)}},
			"files":    map[string]any{"actions.py": "a"},
		}
		change(m)
		return m
	}
	set := func(path ...any) func(map[string]any) {
		return func(m map[string]any) {
			for _, p := range path[:len(path)-2] {
				m = m[p.(string)].(map[string]any)
			}
			m[path[len(path)-2].(string)] = path[len(path)-1]
		}
	}
	seen := map[string]string{}
	for name, change := range map[string]func(map[string]any){
		"nothing":        func(map[string]any) {},
		"name":           set("metadata", "name", "b"),
		"own annotation": set("metadata", "annotations", "styrmin.io/x", "2"),
		"version":        set("spec", "version", "2"),
		"unknown field":  set("spec", "x-unknown", "a", int64(2)),
		"file":           set("files", "actions.py", "b"),
		"another file":   set("files", "b.py", ""),
	} {
		d, err := FromObject(object(change))
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := seen[d.Digest()]; taken {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d.Digest()] = name
	}
	for name, change := range map[string]func(map[string]any){
		"label":              set("metadata", "labels", map[string]any{"a": "b"}),
		"foreign annotation": set("metadata", "annotations", "example.com/a", "b"),
		"digest annotation":  set("metadata", "annotations", v1.AnnotationDriverDigest, "b"),
		"empty list":         set("spec", "parameters", []any{}),
	} {
		d, err := FromObject(object(change))
		if err != nil {
			t.Fatal(err)
		}
		if seen[d.Digest()] != "nothing" {
			t.Errorf("%s changes the digest", name)
		}
	}
}

func TestFromObjectErrors(t *testing.T) {
	for name, u := range map[string]map[string]any{
		"nothing":        nil,
		"files a list":   {"files": []any{}},
		"file a number":  {"files": map[string]any{"actions.py": 1}},
		"path as a file": {"files": map[string]any{"../actions.py": ""}},
		"foreign file":   {"files": map[string]any{"run.sh": ""}},
		"type":           {"spec": map[string]any{"version": 1}},
		"actions twice":  {"actions": []any{}, "spec": map[string]any{"actions": []any{}}},
		"too much":       {"files": map[string]any{"a.py": string(make([]byte, MaxSize))}},
		"long key":       {"spec": map[string]any{"components": map[string]any{strings.Repeat("k", 600): map[string]any{}}}},
		"no JSON at all": {"spec": func() {}},
	} {
		if _, err := FromObject(u); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestLoadObject expects what LoadDir would say, warnings included.
func TestLoadObject(t *testing.T) {
	d, list, err := LoadObject(map[string]any{"spec": map[string]any{"version": int64(1), "suported_versions": ">=1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `[driver.styrmin.yml: error: spec.version is the number 1, but a string is expected [type]` +
		` driver.styrmin.yml: warning: spec has no field "suported_versions" [unknown-field]]`
	if got := fmt.Sprint(list); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !d.Partial || !d.Invalid("spec.version") {
		t.Error("without files a driver is partial, and what was reported is invalid")
	}
}
