package verdict

import (
	"fmt"
	"strings"
	"testing"
)

type object = map[string]any

// testSchemaAlone shows what the CRD's schema refuses while the webhook is down.
func (s *server) testSchemaAlone(t *testing.T) {
	for name, c := range map[string]struct {
		spec object
		// more are fields beside spec.
		more object
		want string
	}{
		"mode":               {object{"actions": []any{action(0, "before")}}, nil, `spec.actions[0].mode: Unsupported value: "before"`},
		"one name twice":     {object{"actions": []any{action(0, "pre"), action(0, "core")}}, nil, "two actions have the same name"},
		"actions twice":      {object{"actions": []any{}}, object{"actions": []any{action(0, "pre")}}, "both at the top level and under spec"},
		"too many actions":   {object{"actions": actions(513)}, nil, "must have at most 512 items"},
		"enum":               {object{"parameters": []any{object{"name": "size", "kind": "enum"}}}, nil, "an enum has no values"},
		"chart":              {object{"helm": object{"main": object{"location": "https://me:secret@example.com/chart"}}}, nil, "spec.helm.main.location"},
		"file":               {object{}, object{"files": object{"../actions.py": ""}}, "a driver consists of values.j2.yml and Python modules"},
		"as large as may be": {object{"actions": actions(512)}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := object{"spec": c.spec}
			for field, value := range c.more {
				o[field] = value
			}
			err := s.create(t, o)
			if c.want == "" && err != nil {
				t.Errorf("it is refused: %v", err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("found %v, expected %q", err, c.want)
			}
		})
	}
}

func action(i int, mode string) object {
	return object{"name": fmt.Sprintf("migrate_%d", i), "hook": "upgrade", "mode": mode, "location": "actions.py::migrate"}
}

func actions(n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = action(i, "core")
	}
	return out
}
