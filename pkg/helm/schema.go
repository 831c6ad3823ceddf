package helm

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
)

// Violation is one value that the chart's values.schema.json refuses. It says
// what was expected and never shows the value.
type Violation struct {
	// Path is the value's, such as server.replicas; empty for all values together.
	Path string
	// Problem is what is wrong with it.
	Problem string
}

// String is the path and the problem.
func (v Violation) String() string {
	if v.Path == "" {
		return "the values: " + v.Problem
	}
	return v.Path + ": " + v.Problem
}

// schemaFailed begins what Helm says of values that break the schema.
const schemaFailed = "values don't meet the specifications of the schema(s)"

// violations finds out again what Helm found. It is empty when the schema itself
// is what is wrong, or cannot be fetched: then Helm's text shows no value.
func violations(req Request) []Violation {
	loaded, err := req.Chart.fresh()
	if err != nil {
		return nil
	}
	values := orEmpty(req.Values)
	if err := chartutil.ProcessDependenciesWithMerge(loaded, values); err != nil {
		return nil
	}
	merged, err := chartutil.CoalesceValues(loaded, values)
	if err != nil {
		return nil
	}
	return violationsIn(loaded, merged, nil)
}

// violationsIn goes through a chart and its subcharts, whose values are under their names.
func violationsIn(c *chart.Chart, values map[string]any, path []string) []Violation {
	var out []Violation
	if c.Schema != nil {
		out = check(c.Schema, values, path)
	}
	for _, sub := range c.Dependencies() {
		switch inner := values[sub.Name()].(type) {
		case nil:
		case map[string]any:
			out = append(out, violationsIn(sub, inner, append(slices.Clone(path), sub.Name()))...)
		default:
			out = append(out, Violation{Path: strings.Join(append(slices.Clone(path), sub.Name()), "."), Problem: "expected a mapping"})
		}
	}
	return out
}

func check(schema []byte, values map[string]any, path []string) []Violation {
	const name = "file:///values.schema.json"
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(otherSchemas())
	if err := compiler.AddResource(name, document); err != nil {
		return nil
	}
	compiled, err := compiler.Compile(name)
	if err != nil {
		return nil
	}
	var failed *jsonschema.ValidationError
	if !errors.As(compiled.Validate(values), &failed) {
		return nil
	}
	return flatten(failed, path)
}

// otherSchemas gets what a schema refers to, as Helm does.
func otherSchemas() jsonschema.URLLoader {
	const patience = 15 * time.Second
	web := (*chartutil.HTTPURLLoader)(&http.Client{Timeout: patience})
	return jsonschema.SchemeURLLoader{"file": jsonschema.FileLoader{}, "http": web, "https": web, "urn": anything{}}
}

// anything is the schema that holds for every value.
type anything struct{}

// Load implements jsonschema.URLLoader.
func (anything) Load(string) (any, error) { return true, nil }

// flatten lists the problems below an error that only groups others. The
// alternatives of an anyOf are not listed: which one was meant is not known.
func flatten(e *jsonschema.ValidationError, path []string) []Violation {
	switch e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		var out []Violation
		for _, cause := range e.Causes {
			out = append(out, flatten(cause, path)...)
		}
		return out
	}
	at := slices.Concat(path, e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		return each(at, k.Missing, "it is missing")
	case *kind.AdditionalProperties:
		return each(at, k.Properties, "the schema has no such value")
	}
	return []Violation{{strings.Join(at, "."), problem(e.ErrorKind)}}
}

// each is the same problem of several values.
func each(at, names []string, problem string) []Violation {
	var out []Violation
	for _, name := range names {
		out = append(out, Violation{strings.Join(append(slices.Clone(at), name), "."), problem})
	}
	return out
}

// problem says what was expected of a value without the value.
func problem(e jsonschema.ErrorKind) string {
	switch k := e.(type) {
	case *kind.Type:
		return fmt.Sprintf("expected %s, found %s", strings.Join(k.Want, " or "), k.Got)
	case *kind.Enum:
		return "expected " + oneOf(k.Want)
	case *kind.Const:
		return "expected " + oneOf([]any{k.Want})
	case *kind.Pattern:
		return "expected a match of the pattern " + k.Want
	case *kind.Format:
		return "expected a valid " + k.Want
	case *kind.Minimum:
		return "expected at least " + decimal(k.Want)
	case *kind.Maximum:
		return "expected at most " + decimal(k.Want)
	case *kind.MinLength:
		return fmt.Sprintf("expected at least %d characters", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("expected at most %d characters", k.Want)
	case *kind.FalseSchema:
		return "it is not allowed"
	}
	return fmt.Sprintf("the schema's keyword %q does not hold", strings.Join(e.KeywordPath(), "/"))
}

func decimal(r *big.Rat) string {
	f, _ := r.Float64()
	return fmt.Sprint(f)
}

func oneOf(values []any) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf("%v", v)
	}
	if len(out) == 1 {
		return out[0]
	}
	return "one of " + strings.Join(out, ", ")
}

// listed is all violations on one line.
func listed(violations []Violation) string {
	out := make([]string, len(violations))
	for i, v := range violations {
		out[i] = v.String()
	}
	return "values.schema.json refuses " + strings.Join(out, "; ")
}
