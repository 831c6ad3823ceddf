package diagnostic

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

// TestSARIFSchema holds the output against the OASIS JSON Schema, which the
// library carries, and makes sure that the schema refuses what is wrong.
func TestSARIFSchema(t *testing.T) {
	output := printed(t, "sarif", options(), checked())
	report := readSARIF(t, output)
	if err := report.Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*sarif.Report){
		"a line before the first": func(r *sarif.Report) { *regionOf(r).StartLine = 0 },
		"an unknown level":        func(r *sarif.Report) { r.Runs[0].Results[0].Level = "fatal" },
		"no tool":                 func(r *sarif.Report) { r.Runs[0].Tool = nil },
		"a URI with a blank":      func(r *sarif.Report) { *r.Runs[0].Tool.Driver.InformationURI = "no uri" },
	} {
		spoiled := readSARIF(t, output)
		spoil(spoiled)
		if spoiled.Validate() == nil {
			t.Errorf("%s passed the schema", name)
		}
	}
}

// readSARIF reads a log and makes sure that nothing in it was lost by reading.
func readSARIF(t *testing.T, output string) *sarif.Report {
	t.Helper()
	report, err := sarif.FromString(output, sarif.WithStrictValidation())
	if err != nil {
		t.Fatal(err)
	}
	var again strings.Builder
	if err := report.PrettyWrite(&again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(output, again.String()+"\n"); diff != "" {
		t.Fatal("read back differently", diff)
	}
	return report
}

func regionOf(r *sarif.Report) *sarif.Region {
	return r.Runs[0].Results[0].Locations[0].PhysicalLocation.Region
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
