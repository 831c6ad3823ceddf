package instance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

func TestChanged(t *testing.T) {
	with := func(alter func(*instance.Context)) *instance.Instance {
		i := &instance.Instance{}
		i.Context.Parameters = map[string]any{"replicas": 1, "greeting": "hello"}
		i.Context.Instance.Config = map[string]any{"zone": map[string]any{"name": "a"}}
		i.Context.App.Chart = instance.Chart{Name: "notes", Version: "1.0.0", Digest: "x"}
		alter(&i.Context)
		return i
	}
	before := with(func(*instance.Context) {})
	for name, tt := range map[string]struct {
		from  *instance.Instance
		alter func(*instance.Context)
		want  instance.Changes
	}{
		"nothing":         {before, func(*instance.Context) {}, instance.Changes{}},
		"stored before":   {before, func(c *instance.Context) { c.Parameters["replicas"] = int64(1) }, instance.Changes{}},
		"a value":         {before, func(c *instance.Context) { c.Parameters["replicas"] = 2 }, instance.Changes{Parameters: []string{"replicas"}}},
		"null is a value": {before, func(c *instance.Context) { c.Parameters["extra"] = nil }, instance.Changes{Parameters: []string{"extra"}}},
		"one less, one more": {before, func(c *instance.Context) {
			c.Parameters = map[string]any{"replicas": 1, "owner": "me"}
		}, instance.Changes{Parameters: []string{"greeting", "owner"}}},
		"deep in the configuration": {before, func(c *instance.Context) {
			c.Instance.Config = map[string]any{"zone": map[string]any{"name": "b"}}
		}, instance.Changes{Config: []string{"zone"}}},
		"the chart":   {before, func(c *instance.Context) { c.App.Chart.Digest = "y" }, instance.Changes{Chart: true}},
		"the version": {before, func(c *instance.Context) { c.App.Version = "2" }, instance.Changes{}},
		"from nothing": {nil, func(*instance.Context) {}, instance.Changes{
			Parameters: []string{"greeting", "replicas"}, Config: []string{"zone"}, Chart: true,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := instance.Changed(tt.from, with(tt.alter))
			if changed := len(tt.want.Parameters)+len(tt.want.Config) > 0 || tt.want.Chart; got.None() == changed {
				t.Errorf("None is %t for %+v", got.None(), got)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-expected +found)\n%s", diff)
			}
		})
	}
}

// TestChangedFiles: a driver's files by their names, its own among them.
func TestChangedFiles(t *testing.T) {
	with := func(version, actions string, more ...string) *instance.Instance {
		d := &driver.Driver{Raw: map[string]any{"spec": map[string]any{"version": version}}, Files: map[string]string{"actions.py": actions}}
		for _, name := range more {
			d.Files[name] = ""
		}
		return &instance.Instance{Driver: d}
	}
	for name, tt := range map[string]struct {
		to   *instance.Instance
		want []string
	}{
		"nothing": {with("1", "a"), nil},
		"actions": {with("1", "b"), []string{"actions.py"}},
		"all":     {with("2", "b", "more.py"), []string{"actions.py", "driver.styrmin.yml", "more.py"}},
	} {
		if diff := cmp.Diff(tt.want, instance.Changed(with("1", "a"), tt.to).Files, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: (-expected +found)\n%s", name, diff)
		}
	}
}
