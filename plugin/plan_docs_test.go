package plugin

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
)

// TestPlanDocs: every field of a plan's JSON form is documented by its name.
func TestPlanDocs(t *testing.T) {
	data, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "### What `plan` prints")
	section, _, _ := strings.Cut(rest, marker)
	names := map[string]bool{}
	jsonNames(reflect.TypeFor[plan.Plan](), names)
	if len(names) < 50 {
		t.Errorf("only %d names: are all fields looked at?", len(names))
	}
	for name := range names {
		if !strings.Contains(section, "`"+name+"`") && !strings.Contains(section, "`"+name+"[]`") && !strings.Contains(section, "."+name+"[]`") {
			t.Errorf("docs/cli.md does not say what `%s` of a plan is", name)
		}
	}
}

// jsonNames collects the names of a type's fields and of those in them.
func jsonNames(of reflect.Type, names map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice:
		jsonNames(of.Elem(), names)
	case reflect.Struct:
		if of == reflect.TypeFor[time.Time]() {
			return
		}
		for field := range of.Fields() {
			if !field.Anonymous {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				names[name] = true
			}
			jsonNames(field.Type, names)
		}
	}
}
