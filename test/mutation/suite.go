package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// variable names the rule whose check is disabled.
const variable = "STYRMIN_DISABLED_RULE"

// Where every rule reports, and the line behind which the switch goes.
const (
	collector = "pkg/diagnostic/collector.go"
	reporting = "func (c *Collector) Add(d Diagnostic) {\n"
)

// suite is the tests of one package, built with the switch.
type suite struct {
	pkg     string
	program string
}

// build builds the packages' tests into the directory. It is run in the module's root.
func build(dir string, packages []string) ([]suite, error) {
	overlay, err := writeOverlay(dir)
	if err != nil {
		return nil, err
	}
	var suites []suite
	for _, pkg := range packages {
		s := suite{pkg: pkg, program: filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(pkg, "./"), "/", "-")+".test")}
		if output, err := exec.Command("go", "test", "-c", "-overlay", overlay, "-o", s.program, pkg).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, output)
		}
		suites = append(suites, s)
	}
	return suites, nil
}

// writeOverlay writes the collector with the switch, and what tells the go
// command to take it.
func writeOverlay(dir string) (string, error) {
	source, err := os.ReadFile(collector)
	if err != nil {
		return "", err
	}
	switched, err := withSwitch(string(source))
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "collector.go")
	if err := os.WriteFile(file, []byte(switched), 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(collector)
	if err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {original: file}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o600)
}

// withSwitch makes the collector's source ignore the rule that the environment names.
func withSwitch(source string) (string, error) {
	const clause = "package diagnostic\n"
	if strings.Count(source, clause) != 1 || strings.Count(source, reporting) != 1 {
		return "", fmt.Errorf("%s has not exactly one line %q: look for where rules report now", collector, strings.TrimSpace(reporting))
	}
	source = strings.Replace(source, clause, clause+"\nimport \"os\"\n", 1)
	return strings.Replace(source, reporting, reporting+"\tif d.Rule != \"\" && d.Rule == os.Getenv(\""+variable+"\") {\n\t\treturn\n\t}\n", 1), nil
}

// run runs the tests without a rule, or with all of them when none is named.
func (s suite) run(rule string) (output string, passed bool) {
	cmd := exec.Command(s.program, "-test.failfast")
	cmd.Dir = s.pkg
	cmd.Env = append(os.Environ(), variable+"="+rule)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

var failed = regexp.MustCompile(`--- FAIL: (\S+)`)

// failedTest is the innermost test that the output says has failed.
func failedTest(output string) string {
	found := failed.FindAllStringSubmatch(output, -1)
	if len(found) == 0 {
		return "(no test's name)"
	}
	return found[len(found)-1][1]
}
