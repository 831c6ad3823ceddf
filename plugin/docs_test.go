package plugin

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/shlex"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

const (
	documentation = "../docs/cli.md"
	marker        = "<!-- What follows is generated"
)

// TestDocs compares the documented exit codes, verbs and flags with the code.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	start := strings.Index(string(data), marker)
	if start < 0 {
		t.Fatalf("%s has no line that begins with %q", documentation, marker)
	}
	head, rest, _ := strings.Cut(string(data)[start:], "\n")
	expected := "\n" + exitCodes(t) + events(t) + verbs(NewCommand(genericiooptions.NewTestIOStreamsDiscard(), Terminal{}))
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(documentation, []byte(string(data)[:start]+head+"\n"+expected), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(rest, "\n"), strings.Split(expected, "\n")); diff != "" {
		t.Errorf("%s is not what the code says (-documented +code); -update rewrites it:\n%s", documentation, diff)
	}
}

// exitCodes is the table of the constants of exit.go with their comments.
func exitCodes(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "exit.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := "## Exit codes\n\n| code | meaning |\n|---|---|\n"
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Exit") {
			return true
		}
		code, _ := spec.Values[0].(*ast.BasicLit)
		_, meaning, _ := strings.Cut(strings.Join(strings.Fields(spec.Doc.Text()), " "), ": ")
		out += fmt.Sprintf("| %s | %s |\n", code.Value, meaning)
		return true
	})
	return out
}

// events is what is documented of the stream of `-o json`: the fields of a record, the
// kinds of events and the results, by the comments in the code.
func events(t *testing.T) string {
	t.Helper()
	const record, report = "progress/record.go", "../pkg/engine/report.go"
	out := "\n## Events\n\n`setup`, `upgrade` and `status --watch` with `-o json` write a JSON object a line. Fields without a value are left out;\nfields and events may be added. No value of a parameter is in them, but what Helm, a chart or an action says is passed on.\n"
	return out + table(t, "field", record, nil) + table(t, "event", report, isKind("EventKind")) + table(t, "", record, isKind("EventKind")) + table(t, "result", record, isKind("Result"))
}

// isKind takes the constants of a type.
func isKind(name string) func(*ast.ValueSpec) bool {
	return func(spec *ast.ValueSpec) bool {
		switch named := spec.Type.(type) {
		case *ast.Ident:
			return named.Name == name
		case *ast.SelectorExpr:
			return named.Sel.Name == name
		}
		return false
	}
}

// table has a row for each constant that is taken, or without take for each field of
// Record. A table without a title goes on with the one before it.
func table(t *testing.T, title, path string, take func(*ast.ValueSpec) bool) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	if title != "" {
		out = fmt.Sprintf("\n| %s | meaning |\n|---|---|\n", title)
	}
	add := func(name string, doc *ast.CommentGroup) {
		_, meaning, found := strings.Cut(strings.Join(strings.Fields(doc.Text()), " "), ": ")
		if !found {
			t.Errorf("%s: %s has no comment of the form \"Name: meaning\"", path, name)
		}
		out += fmt.Sprintf("| `%s` | %s |\n", strings.Trim(name, "\"`"), meaning)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ValueSpec:
			if value, ok := valueOf(node); ok && take != nil && take(node) {
				add(value, node.Doc)
			}
		case *ast.TypeSpec:
			if fields, ok := node.Type.(*ast.StructType); ok && take == nil && node.Name.Name == "Record" {
				for _, field := range fields.Fields.List {
					name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("json"), ",")
					add(name, field.Doc)
				}
			}
		}
		return true
	})
	return out
}

// valueOf is a constant's literal.
func valueOf(spec *ast.ValueSpec) (string, bool) {
	if len(spec.Values) != 1 {
		return "", false
	}
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	return literal.Value, true
}

// verbs has a section for each verb, by who uses it.
func verbs(root *cobra.Command) string {
	var b strings.Builder
	for _, group := range root.Groups() {
		fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(group.Title, ":"))
		for _, cmd := range root.Commands() {
			if cmd.GroupID == group.ID {
				verb(&b, cmd)
			}
		}
	}
	return b.String()
}

func verb(b *strings.Builder, cmd *cobra.Command) {
	if cmd.HasSubCommands() {
		for _, sub := range cmd.Commands() {
			verb(b, sub)
		}
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n%s.\n", strings.TrimSuffix(strings.TrimPrefix(cmd.UseLine(), "kubectl styrmin "), " [flags]"), cmd.Short)
	table := "\n| flag | meaning |\n|---|---|\n"
	cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		usage := strings.TrimSuffix(f.Usage, ".")
		if !slices.Contains([]string{"", "[]", "false", "0"}, f.DefValue) {
			usage += fmt.Sprintf("; default `%s`", f.DefValue)
		}
		fmt.Fprintf(b, "%s| %s | %s |\n", table, name, strings.ReplaceAll(usage, "|", "\\|"))
		table = ""
	})
}

// mention is a command in a message: in quotes, or behind a colon.
var mention = regexp.MustCompile("[`:] ?kubectl styrmin ([a-z]+)")

// TestMentionedVerbs: what messages and manuals tell people to run exists.
func TestMentionedVerbs(t *testing.T) {
	root := NewCommand(genericiooptions.NewTestIOStreamsDiscard(), Terminal{})
	exists := map[string]bool{}
	for _, cmd := range root.Commands() {
		exists[cmd.Name()] = true
	}
	err := filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".go", ".md"}, filepath.Ext(path)) {
			return err
		}
		data, err := os.ReadFile(path)
		for _, found := range mention.FindAllStringSubmatch(string(data), -1) {
			if word := found[1]; !exists[word] {
				t.Errorf("%s mentions `kubectl styrmin %s`, which does not exist", path, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// typed is a command in a manual: in a code span, or a line of a block.
var typed = regexp.MustCompile("(?:`|(?m)^ *)kubectl styrmin ([^`#|\n]*)")

// TestCommandsInManuals: what the manuals tell people to type is accepted, with all of its flags.
func TestCommandsInManuals(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, path := range append(pages, "../README.md") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range typed.FindAllStringSubmatch(string(data), -1) {
			args, err := shlex.Split(found[1])
			if err != nil {
				t.Errorf("%s: %q is no command line: %v", path, found[1], err)
				continue
			}
			cmd, rest, err := NewCommand(genericiooptions.NewTestIOStreamsDiscard(), Terminal{}).Find(args)
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err != nil {
				t.Errorf("%s: kubectl styrmin %s: %v", path, found[1], err)
			}
			checked++
		}
	}
	if checked < 50 {
		t.Errorf("found %d commands in the manuals; are they still found?", checked)
	}
}
