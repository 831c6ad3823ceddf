package driver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

const valid = `apiVersion: styrmin.io/v1
kind: ApplicationDriver
metadata:
  name: notes
spec:
  version: "1"
`

// write makes a driver's directory of the files.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func loadText(t testing.TB, text string) (*Driver, diagnostic.List) {
	t.Helper()
	return LoadDir(write(t, map[string]string{"driver.styrmin.yml": text}))
}

func TestLoadProblems(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+", ", 10), ", "))
	}
	tests := []struct {
		name, text string
		// want holds line:column: rule: message of every problem.
		want []string
	}{
		{"valid", valid, nil},
		{"byte order mark", "\uFEFF" + valid, nil},
		{"windows newlines", strings.ReplaceAll(valid, "\n", "\r\n"), nil},
		{"document markers", "---\n" + valid + "---\n", nil},
		{"empty", "", []string{"0:0: yaml-empty: the file is empty, but an ApplicationDriver is expected"}},
		{"comments only", "# later\n---\n", []string{"0:0: yaml-empty: the file is empty, but an ApplicationDriver is expected"}},
		{"list", "- a\n", []string{"1:1: yaml-type: the file holds a list, but a mapping is expected"}},
		{"scalar", "hello\n", []string{`1:1: yaml-type: the file holds the string "hello", but a mapping is expected`}},
		{"several documents", "kind: 1\n---\nkind: X\n---\na: [\n", []string{
			"1:7: type: kind is the number 1, but a string is expected",
			"3:1: yaml-documents: a second YAML document begins here, but a driver is one document",
		}},
		{"many empty documents", strings.Repeat("---\n", 1000) + "a", []string{"0:0: yaml-documents: the file holds 100 YAML documents or more, but a driver is one document"}},
		{"many directives", strings.Repeat("\n%TAG !a! b", 1000) + "\n--- a", []string{"0:0: yaml-syntax: not valid YAML: more than 100 lines begin with `%`, as directives do"}},
		{"end markers only", "...\n", []string{"0:0: yaml-empty: the file is empty, but an ApplicationDriver is expected"}},
		{"null", "null\n", []string{"0:0: yaml-empty: the file is empty, but an ApplicationDriver is expected"}},
		{"license above the first marker", "# (c)\n---\n# more\n---\n" + valid + "...\n", nil},
		{"JSON", `{"apiVersion": "styrmin.io/v1", "kind": "ApplicationDriver", "metadata": {"name": "a"}, "spec": {"version": 1}}`, []string{"1:109: type: spec.version is the number 1, but a string is expected"}},
		{"block scalars", "spec:\n  info:\n    description: |\n      text: [\n\n      more\n    license: >-\n      MIT\n    authors: |\n      me\n", []string{"9:14: type: spec.info.authors is the string \"me\\n\", but a list is expected"}},
		{"characters of several bytes", "spec: {info: {description: \"日本語 😀\", license: 1}}\n", []string{"1:46: type: spec.info.license is the number 1, but a string is expected"}},
		{"rare line breaks", "spec:\n  info: {description: \"a\u2028b\u0085c\", license: 1}\n  version: 2\n", []string{
			"2:41: type: spec.info.license is the number 1, but a string is expected", // where editors see it
			"3:12: type: spec.version is the number 2, but a string is expected",
		}},
		{"carriage returns alone", "spec:\r  version: 2\r", []string{"1:18: type: spec.version is the number 2, but a string is expected"}},
		{"NUL", "kind: \"a\x00\"\n", []string{"1:9: yaml-syntax: not valid YAML: the control character U+0000 is not allowed"}},
		{"C1 control", "kind: ü\x7f\n", []string{"1:8: yaml-syntax: not valid YAML: the control character U+007F is not allowed"}},
		{"syntax error and CRLF", "kind: a\r\nspec: b: c\r\n", []string{"2:8: yaml-syntax: not valid YAML: a second `: ` on one line"}},
		{"syntax error in a second document", "kind: 1\n---\na: b: c\n", []string{
			"1:7: type: kind is the number 1, but a string is expected",
			"3:5: yaml-syntax: not valid YAML: a second `: ` on one line",
		}},
		{"duplicate keys", "kind: A\nspec:\n  version: a\n  version: b\nkind: B\n", []string{
			`4:3: yaml-duplicate-key: the key "version" is given a second time; the first is on line 3`,
			`5:1: yaml-duplicate-key: the key "kind" is given a second time; the first is on line 1`,
		}},
		{"key of a wrong type", "? [a]\n: b\n", []string{"1:3: yaml-type: the key is no string"}},
		{"self-containing anchor", "a: &a [*a]\n", []string{
			`1:1: unknown-field: the top level has no field "a"`,
			`1:8: yaml-alias: the anchor "a" contains itself`,
		}},
		{"not a number", "spec: {version: .nan}\n", []string{"1:17: yaml-type: .nan is not a number that JSON, and so Kubernetes, can hold"}},
		{"custom tag", "spec: {version: !secret x}\n", []string{"1:17: yaml-type: the type tag !secret is not supported"}},
		{"all types at once", "kind: [a]\nmetadata: notes\nspec:\n  version: 1\n  default_version: 0.1\n  components: {a: null, b: {identifier: {label: {x: true}}}}\n  services: [{port: '80'}]\n  actions: {a: b}\n", []string{
			"1:7: type: kind is a list, but a string is expected",
			`2:11: type: metadata is the string "notes", but a mapping is expected`,
			"4:12: type: spec.version is the number 1, but a string is expected",
			"5:20: type: spec.default_version is the number 0.1, but a string is expected",
			"6:16: type: spec.components.a is given without a value, and so ignored; a mapping is expected",
			"6:53: type: spec.components.b.identifier.label.x is the boolean true, but a string is expected",
			`7:21: type: spec.services[0].port is the string "80", but a whole number is expected`,
			"8:12: type: spec.actions is a mapping, but a list is expected",
		}},
		{"number out of range", "spec: {services: [{name: a, port: 99999999999}]}", []string{"1:35: type: spec.services[0].port is the number 99999999999, but a whole number is expected"}},
		{"actions twice", "actions: []\nspec:\n  actions: []\n", []string{"1:1: actions-twice: actions are given both at the top level and under spec, but both mean the same"}},
		{"unknown fields", "kindd: x\nspec:\n  suported_versions: x\n  helm: {main: {location: x, chart: y}}\n", []string{
			`1:1: unknown-field: the top level has no field "kindd"`,
			`3:3: unknown-field: spec has no field "suported_versions"`,
			`4:30: unknown-field: spec.helm.main has no field "chart"`,
		}},
		{"inline files", "files: {actions.py: x}\n", []string{"1:1: files-inline: files is ignored here: the files in the directory are used"}},
		{"nested deeply", "spec: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), []string{
			"1:7: type: spec is a list, but a mapping is expected",
			"1:106: yaml-depth: values are nested more than 100 deep",
		}},
		{"long key", strings.Repeat("k", 600) + ": [1, 1]\n", []string{"1:1: yaml-type: the key is longer than 512 bytes"}},
		{"many commas", "a: [" + strings.Repeat("1,", 401_000) + "]\n", []string{"0:0: yaml-alias: the file has more than 400000 lines, list items, commas and brackets, which no driver needs"}},
		{"alias bomb", bomb, []string{"1:34: yaml-alias: the file has more than 100000 values, counting what aliases expand to"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, list := loadText(t, tt.text)
			var got []string
			for _, d := range list {
				got = append(got, fmt.Sprintf("%d:%d: %s: %s", d.Line, d.Column, d.Rule, d.Message))
			}
			if tt.name == "alias bomb" && len(got) == 1 {
				// Where the limit is hit does not matter.
				got[0] = tt.want[0]
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestUnknownFieldSeverity(t *testing.T) {
	d, list := loadText(t, "spec:\n  foo: 1\n  actions:\n    - {name: a, hok: setup, mode: pre, mod: post, location: x, promts: y}\n")
	severities := map[string]diagnostic.Severity{}
	for _, p := range list {
		severities[p.Path] = p.Severity
	}
	for path, want := range map[string]diagnostic.Severity{
		"spec.foo":               diagnostic.Warning,
		"spec.actions[0].hok":    diagnostic.Error,   // hook is required, and absent
		"spec.actions[0].mod":    diagnostic.Warning, // mode is there
		"spec.actions[0].promts": diagnostic.Warning,
	} {
		if severities[path] != want {
			t.Errorf("%s: %q, want %q", path, severities[path], want)
		}
	}
	if !d.Invalid("spec.actions[0].hook") || d.Invalid("spec.actions[0].mode") {
		t.Error("exactly the misspelt field must count as reported")
	}
}

func TestMergeKeysAndAliases(t *testing.T) {
	d, list := loadText(t, "x-base: &base {hook: setup, mode: pre}\nspec:\n  actions:\n    - <<: *base\n      name: a\n      mode: post\n      location: a.py::a\n")
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	if a := d.Object.Spec.Actions[0]; a.Hook != "setup" || a.Mode != "post" || a.Name != "a" {
		t.Errorf("merged into %+v", a)
	}
}

func TestPositions(t *testing.T) {
	d, _ := loadText(t, "kind: ApplicationDriver # c\nmetadata:\n  annotations:\n    styrmin.io/helm-upgrade: 'in-action'\nactions:\n  - name: \"a\\\"b\"\n    description: |\n      text\n    mode: ü\n")
	tests := []struct {
		path                    string
		line, column, endColumn int
	}{
		{"kind", 1, 7, 24},
		{"metadata.annotations[styrmin.io/helm-upgrade]", 4, 30, 41},
		{"actions[0].name", 6, 11, 17},
		{"spec.actions[0].name", 6, 11, 17},
		{"actions[0].description", 7, 18, 19},
		{"actions[0].mode", 9, 11, 12},
		{"actions[0].hook", 6, 5, 9},
		{"metadata.name", 2, 1, 9},
		{"spec.version", 1, 1, 5},
	}
	for _, tt := range tests {
		if p := d.Position(tt.path); p.Line != tt.line || p.Column != tt.column || p.EndColumn != tt.endColumn {
			t.Errorf("%s: %+v, want %d:%d-%d", tt.path, p, tt.line, tt.column, tt.endColumn)
		}
	}
	if (&Driver{}).Position("kind") != (diagnostic.Position{}) {
		t.Error("a driver from the cluster has no positions")
	}
}

func TestLoadPaths(t *testing.T) {
	dir := write(t, map[string]string{"driver.styrmin.yml": valid, "other.yml": valid})
	yaml := write(t, map[string]string{"driver.styrmin.yaml": valid})
	tests := []struct{ path, want, help string }{
		{dir, "", ""},
		{filepath.Join(dir, "driver.styrmin.yml"), "", ""},
		{filepath.Join(dir, "nothing"), "there is no such file or directory", "directory"},
		{filepath.Join(dir, "other.yml"), "a driver is a directory with a driver.styrmin.yml in it", "rename"},
		{t.TempDir(), "the directory has no driver.styrmin.yml", "holds it"},
		{yaml, "the directory has no driver.styrmin.yml", "rename driver.styrmin.yaml to driver.styrmin.yml"},
	}
	for _, tt := range tests {
		d, list := LoadDir(tt.path)
		if tt.want == "" {
			if d == nil || len(list) > 0 {
				t.Errorf("%s: %v", tt.path, list)
			}
			continue
		}
		if d != nil || len(list) != 1 || list[0].Message != tt.want || !strings.Contains(list[0].Help, tt.help) {
			t.Errorf("%s: %+v, want %s", tt.path, list, tt.want)
		}
	}
}

func TestFilesOfTheDirectoryOnly(t *testing.T) {
	outside := write(t, map[string]string{"secret.py": "password = 1"})
	dir := write(t, map[string]string{
		"driver.styrmin.yml": valid, "actions.py": "x", "values.j2.yml": "a: 1", "helper.py": "y",
		"not-importable.py": "z", "README.md": "r", "latin.py": "\xff", "big.py": strings.Repeat("#", MaxSize+1),
	})
	for link, target := range map[string]string{
		"leak.py": filepath.Join(outside, "secret.py"), "leak2.py": "../" + filepath.Base(outside) + "/secret.py",
		"dangling.py": "nowhere.py", "inside.py": "helper.py",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "package.py"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.py"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, list := LoadDir(dir)
	if want := "map[actions.py:x helper.py:y inside.py:y values.j2.yml:a: 1]"; fmt.Sprint(d.Files) != want {
		t.Errorf("read %v, want %s", d.Files, want)
	}
	got := map[string]string{}
	for _, p := range list {
		got[filepath.Base(p.File)] = p.Rule
	}
	want := map[string]string{
		"leak.py": "file-escapes", "leak2.py": "file-escapes", "dangling.py": "file-unreadable",
		"pipe.py": "file-unreadable", "latin.py": "file-encoding", "big.py": "file-size",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestTooLarge(t *testing.T) {
	_, list := loadText(t, valid+"#"+strings.Repeat("x", MaxSize))
	if len(list) != 1 || list[0].Rule != "file-size" {
		t.Errorf("one file: %v", list)
	}
	half := strings.Repeat("x", MaxSize/2)
	_, list = LoadDir(write(t, map[string]string{"driver.styrmin.yml": valid, "a.py": half, "b.py": half}))
	if len(list) != 1 || list[0].Rule != "file-size" || !strings.Contains(list[0].Message, "together") {
		t.Errorf("all files: %v", list)
	}
}
