package diagnostic

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSARIFSchema holds the output against the OASIS JSON Schema, and makes sure
// that the schema refuses what is wrong.
func TestSARIFSchema(t *testing.T) {
	schema := oasisSchema(t)
	output := printed(t, "sarif", options(), checked())
	for _, o := range []string{output, printed(t, "sarif", PrinterOptions{}, nil)} {
		if err := schema.Validate(decoded(t, o)); err != nil {
			t.Error(err)
		}
	}
	for right, wrong := range map[string]string{
		`"startLine": 2`:               `"startLine": 0`,
		`"level": "error"`:             `"level": "fatal"`,
		`"columnKind": "unicode`:       `"columnKind": "no`,
		`"ruleId"`:                     `"rule-id"`,
		`"uri": "notes/values.j2.yml"`: `"uri": "notes/%values.j2.yml"`,
	} {
		spoiled := strings.Replace(output, right, wrong, 1)
		if spoiled == output {
			t.Errorf("the output has no %s", right)
		} else if schema.Validate(decoded(t, spoiled)) == nil {
			t.Errorf("%s passed the schema", wrong)
		}
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// oasisSchema is the official schema. A SARIF library carries it as a constant
// that it keeps to itself, so that it has to be read from the source.
func oasisSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	if err != nil {
		t.Fatal("where the library's source is:", err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok {
			text, err = strconv.Unquote(literal.Value)
		}
		return err == nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(sarifSchema, decoded(t, text)); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(sarifSchema)
}

// TestSARIFReader: a reader that others use finds every problem, and its rule.
func TestSARIFReader(t *testing.T) {
	report, err := sarif.FromString(printed(t, "sarif", options(), checked()))
	if err != nil {
		t.Fatal(err)
	}
	run := report.Runs[0]
	if len(run.Results) != 6 || len(run.Tool.Driver.Rules) != 2 {
		t.Fatalf("%d results, %d rules", len(run.Results), len(run.Tool.Driver.Rules))
	}
	r := run.Results[1]
	if id := *run.Tool.Driver.Rules[r.RuleIndex].ID; id != *r.RuleID || id != "action-mode" {
		t.Errorf("the rule is %s, its description that of %s", *r.RuleID, id)
	}
	region, _ := json.Marshal(r.Locations[0].PhysicalLocation.Region)
	if !strings.Contains(string(region), `"endColumn":11,"endLine":2,"startColumn":7,"startLine":2`) {
		t.Errorf("%s", region)
	}
}

func TestFileURI(t *testing.T) {
	for file, want := range map[string]string{
		"notes/driver.styrmin.yml": "notes/driver.styrmin.yml",
		"../a b/c#d?e%f.yml":       "../a%20b/c%23d%3Fe%25f.yml",
		"a:b/c":                    "./a:b/c",
		"/abs/ü":                   "file:///abs/%C3%BC",
		"<stdin>":                  "%3Cstdin%3E",
		"x\n\x1b\xff":              "x%0A%1B%FF",
	} {
		if found := fileURI(file); found != want {
			t.Errorf("%q: found %s, expected %s", file, found, want)
		}
	}
}

// TestFingerprint: a moved problem is the same one, another file's is not.
func TestFingerprint(t *testing.T) {
	a := Diagnostic{File: "a", Position: Position{1, 1, 1, 2}, Rule: "r", Message: "m"}
	moved, other := a, a
	moved.Line, other.File = 7, "b"
	if fingerprint(a) != fingerprint(moved) || fingerprint(a) == fingerprint(other) {
		t.Error(fingerprint(a), fingerprint(moved), fingerprint(other))
	}
}
