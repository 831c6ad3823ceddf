package jsonschema_test

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/jsonschema"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

var update = flag.Bool("update", false, "rewrite docs/driver.schema.json")

// extent is how much of a rule the schema expresses.
type extent string

const (
	none  extent = "nothing"
	some  extent = "a part"
	whole extent = "all"
)

// expressed are the rules that the schema knows, too: whole when it rejects
// every error that the fixtures have under the rule, some when only a part.
var expressed = map[string]extent{
	"action-hook":            whole,
	"action-location":        some, // not whether the file is there
	"action-mode":            whole,
	"action-name":            whole,
	"api-version":            whole,
	"component-identifier":   whole,
	"component-unknown":      some, // that it is named, not that it exists
	"enum-values":            whole,
	"helm-location":          whole,
	"helm-upgrade":           some, // its value, not whether there is such an action
	"kind":                   whole,
	"name":                   whole,
	"override-container":     whole,
	"parameter-default-kind": some, // the kind, not whether an enum has the value
	"parameter-kind":         whole,
	"parameter-name":         some, // that it is there, not that it is unique
	"service-name":           some,
	"service-port":           whole,
	"type":                   whole,
	"yaml-type":              some,  // that a value is missing which could not be read
	"unknown-field":          whole, // errors are misspelt required fields
}

// TestFixtures holds the schema against what validate finds in every fixture: it
// is never stricter, field by field, and it expresses just the rules above.
func TestFixtures(t *testing.T) {
	schema := compile(t)
	caught, total := map[string]int{}, map[string]int{}
	for _, f := range fixture.All(t) {
		t.Run(f.Name, func(t *testing.T) {
			d, found := f.Load(t)
			if d == nil {
				t.Skip("a schema has no say where there is no YAML")
			}
			found = append(found, lint.Check(d, lint.Inputs{})...)
			rejected := rejections(schema.Validate(d.Raw), d.Raw)
			for _, path := range rejected {
				if !slices.ContainsFunc(found, func(p diagnostic.Diagnostic) bool { return about(p, path) }) {
					t.Errorf("the schema rejects %s, in which validate finds nothing", path)
				}
			}
			for _, p := range found.Errors() {
				total[p.Rule]++
				if slices.ContainsFunc(rejected, func(path string) bool { return about(p, path) }) {
					caught[p.Rule]++
				}
			}
		})
	}
	for rule, n := range total {
		if got := share(caught[rule], n); got != cmp.Or(expressed[rule], none) {
			t.Errorf("%s: the schema rejects %s of its %d errors in the fixtures; expressed says %q", rule, got, n, expressed[rule])
		}
	}
	for rule := range expressed {
		if total[rule] == 0 {
			t.Errorf("no fixture breaks the rule %s", rule)
		}
	}
}

func share(caught, total int) extent {
	switch caught {
	case 0:
		return none
	case total:
		return whole
	}
	return some
}

// about is true when what was found explains that the schema rejects the path.
// A misspelt field is rejected as the one that is missing.
func about(found diagnostic.Diagnostic, path string) bool {
	return diagnostic.Within(path, found.Path) || diagnostic.Within(found.Path, path) || strings.HasSuffix(found.Path, path) ||
		found.Rule == "unknown-field" && diagnostic.Parent(found.Path) == diagnostic.Parent(path)
}

// rejections are the paths of the fields that the schema rejects.
func rejections(err error, document any) []string {
	var invalid *validator.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	if _, ok := invalid.ErrorKind.(*kind.PropertyNames); ok || len(invalid.Causes) == 0 {
		return fields(invalid, document)
	}
	var out []string
	for _, cause := range invalid.Causes {
		out = append(out, rejections(cause, document)...)
	}
	return out
}

// fields are the paths that one rejection is about.
func fields(invalid *validator.ValidationError, document any) []string {
	path := ""
	for _, step := range invalid.InstanceLocation {
		switch value := document.(type) {
		case map[string]any:
			path, document = diagnostic.Field(path, step), value[step]
		case []any:
			i, _ := strconv.Atoi(step)
			path, document = diagnostic.Index(path, i), value[i]
		}
	}
	switch about := invalid.ErrorKind.(type) {
	case *kind.PropertyNames:
		// The library overwrites where this was: only the key is certain.
		return []string{diagnostic.Field("", about.Property)}
	case *kind.Required:
		var out []string
		for _, name := range about.Missing {
			out = append(out, diagnostic.Field(path, name))
		}
		return out
	}
	return []string{path}
}

// compile checks the schema against its meta-schema.
func compile(t *testing.T) *validator.Schema {
	t.Helper()
	document, err := validator.UnmarshalJSON(bytes.NewReader(driverSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	meta, err := c.Compile("http://json-schema.org/draft-07/schema")
	if err != nil {
		t.Fatal(err)
	}
	if err := meta.Validate(document); err != nil {
		t.Fatalf("not a draft-07 schema: %v", err)
	}
	if err := c.AddResource("driver.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("driver.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func driverSchema(t *testing.T) []byte {
	t.Helper()
	data, err := jsonschema.Driver()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestPublished compares the copy that editors read from the repository.
func TestPublished(t *testing.T) {
	const path = "../../../docs/driver.schema.json"
	schema := driverSchema(t)
	if *update {
		if err := os.WriteFile(path, schema, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(published), string(schema)); diff != "" {
		t.Errorf("%s is not the schema (-published +schema); -update rewrites it:\n%s", path, diff)
	}
}
