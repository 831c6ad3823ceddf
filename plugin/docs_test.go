package plugin

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	expected := "\n" + exitCodes(t) + verbs(NewCommand(genericiooptions.NewTestIOStreamsDiscard(), Terminal{}))
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
