package validation

import (
	"fmt"
	memory "runtime"
	"strings"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

// hostile makes texts of about so many bytes that are meant to cost more than
// their size: nesting, aliases, very many problems, long lines, rare line breaks.
func hostile(size int) map[string]string {
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	counted := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	deep := strings.Repeat("{"+strings.Repeat("k", 500)+": ", 95)
	shallow := strings.Repeat("}", 95)
	texts := map[string]string{
		"brackets":        repeat("["),
		"braces":          repeat("{"),
		"long list":       "[" + repeat("1,") + "1]",
		"question marks":  "{" + repeat("?,") + "}",
		"pairs":           "{" + repeat("a: b, ") + "}",
		"dashes":          repeat("- "),
		"empty items":     repeat("-\n"),
		"comments":        repeat("# c\n"),
		"blank lines":     repeat("\n"),
		"keys":            counted("k%d: v\n"),
		"one key":         repeat("k: v\n"),
		"anchors":         counted("- &a%d x\n"),
		"aliases":         "a:\n - &a x\n" + repeat(" - *a\n"),
		"documents":       repeat("--- a\n"),
		"empty documents": repeat("---\n"),
		"document ends":   repeat("...\n"),
		"directives":      counted("%%TAG !%d! tag:x\n") + "--- a",
		"long text":       "a: " + repeat("x"),
		"open quote":      "a: \"" + repeat("x\n"),
		"late conflict":   repeat("a: b\n") + "<<<<<<< x\n",
		"late NUL":        repeat("a: b\n") + "\x00",
		"deep long keys":  deep + "[" + repeat("1,") + "1]" + shallow,
		"deep bad keys":   deep + "[" + repeat("{? [a] : b},") + "1]" + shallow,
		"merges":          "m: &m {a: 1}\nspec:\n  <<: [" + repeat("*m,") + "*m]\n",
		"returns":         repeat("a: 1\r"),
		"next lines":      "spec: {x: \"" + repeat("a\u0085") + "\", version: 1}",
		"combining":       "spec: {x: \"" + repeat("e\u0301") + "\", version: 1}",
		"escaped quotes":  "spec: {version: 1, info: \"" + repeat("\\\"") + "\"}",
		"actions":         "spec: {actions: [" + repeat("{},") + "{}]}",
		"parameters":      "spec: {parameters: [" + repeat("{name: a-b, kind: x},") + "{}]}",
		"values":          "spec: {parameters: [{name: a, kind: enum, values: [" + counted("v%d,") + "v1]}]}",
		"variables":       "spec: {env_vars: [" + repeat("{components: [x]},") + "{}]}",
		"overrides":       "spec: {container_overrides: [" + repeat("{container: ü},") + "{}]}",
		"services":        "spec:\n components:\n" + counted("  c%d: {}\n") + " services:\n" + repeat("  - {component: c-x}\n"),
		"unknown fields":  "spec: {" + counted("versoin%d: 1, ") + "}",
		"labels":          "metadata: {labels: {" + counted("'a b%d': a b, ") + "}}",
		"label types":     "metadata: {labels: {" + counted("'a b%d': 1, ") + "}}",
	}
	bomb := "m0: &m0 {a: 1}\n"
	for i := 1; i < 90; i++ {
		bomb += fmt.Sprintf("m%d: &m%d {<<: [*m%d, *m%d]}\n", i, i, i-1, i-1)
	}
	texts["merge bomb"] = bomb
	return texts
}

// TestHostile expects that no text costs memory out of proportion to its size, nor
// more output than anybody reads.
func TestHostile(t *testing.T) {
	const size = 128 << 10
	for name, text := range hostile(size) {
		t.Run(name, func(t *testing.T) {
			var before, after memory.MemStats
			memory.ReadMemStats(&before)
			d, list := driver.Load(strings.NewReader(text), "")
			if d != nil {
				list = append(list, Validate(d)...)
			}
			memory.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 512*size {
				t.Errorf("took %d KiB for %d KiB of YAML", used>>10, len(text)>>10)
			}
			if len(list) == 0 || len(list) > 5*diagnostic.MaxPerRule {
				t.Errorf("%d problems", len(list))
			}
		})
	}
}
