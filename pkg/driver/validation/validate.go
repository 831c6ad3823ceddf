// Package validation holds the rules that make a driver runnable. They are pure:
// driver in, all problems out.
package validation

import (
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// Validate applies every rule to the driver and returns all problems, sorted.
// A field that loading reported already is not reported again.
func Validate(d *driver.Driver) diagnostic.List {
	c := newChecker(d)
	for _, rule := range rules {
		rule.check(c)
	}
	list := c.problems.List()
	list.AddExcerpts(d.Text)
	return list
}

// rule is one rule and how it is checked.
type rule struct {
	diagnostic.Rule
	check func(*checker)
}

// Rules lists the rules in the order in which they are applied.
func Rules() []diagnostic.Rule {
	out := make([]diagnostic.Rule, len(rules))
	for i, r := range rules {
		out[i] = r.Rule
	}
	return out
}

// checker is what a rule sees, and where it reports.
type checker struct {
	*driver.Driver
	code     code
	problems diagnostic.Collector
	// names are those of the components, sorted, once somebody asked for them.
	names []string
	// found, backendUses and summaries are what targets, uses and summary have found.
	found       []target
	backendUses []use
	summaries   map[*python.Function]*summary
	// noComponents is true once it was said that the driver has none.
	noComponents bool
}

func newChecker(d *driver.Driver) *checker {
	return &checker{Driver: d, code: parseModules(d), summaries: map[*python.Function]*summary{}}
}

// err reports a field that makes the driver unusable.
func (c *checker) err(rule, path, help, format string, args ...any) {
	c.report(diagnostic.Error, rule, path, help, fmt.Sprintf(format, args...))
}

// warn reports a field that may be meant so.
func (c *checker) warn(rule, path, help, format string, args ...any) {
	c.report(diagnostic.Warning, rule, path, help, fmt.Sprintf(format, args...))
}

// secret is err for a field whose line must not be shown.
func (c *checker) secret(rule, path, help, format string, args ...any) {
	c.add(diagnostic.Diagnostic{Severity: diagnostic.Error, Rule: rule, Path: path, Message: fmt.Sprintf(format, args...), Help: help, Secret: true})
}

func (c *checker) report(s diagnostic.Severity, rule, path, help, message string) {
	c.add(diagnostic.Diagnostic{Severity: s, Rule: rule, Path: path, Message: message, Help: help})
}

// add says where the field of the problem stands, and keeps the problem unless
// loading has reported the field.
func (c *checker) add(d diagnostic.Diagnostic) {
	if c.problems.Full(d.Rule) || c.Invalid(d.Path) {
		return
	}
	d.File, d.Position = c.FileName(v1.DriverFile), c.Position(d.Path)
	c.problems.Add(d)
}

// text is what was written as a field that Object does not have.
func (c *checker) text(path ...string) (string, bool) {
	var value any = c.Raw
	for _, name := range path {
		mapping, _ := value.(map[string]any)
		value = mapping[name]
	}
	text, ok := value.(string)
	return text, ok
}

// atKey reports a field's key.
func (c *checker) atKey(s diagnostic.Severity, rule, path, help, message string) {
	if c.problems.Full(rule) || c.Invalid(path) {
		return
	}
	c.problems.Add(diagnostic.Diagnostic{
		File: c.FileName(v1.DriverFile), Position: c.KeyPosition(path),
		Severity: s, Rule: rule, Path: path, Message: message, Help: help,
	})
}

// unique warns of an item that a list has twice.
func (c *checker) unique(rule, path, what string, list []string) {
	seen := map[string]bool{}
	for i, item := range list {
		if seen[item] {
			c.warn(rule, diagnostic.Index(path, i), "remove one of the two", "%s %q is given twice", what, item)
		}
		seen[item] = true
	}
}

// inFile reports a place in one of the other files.
func (c *checker) inFile(s diagnostic.Severity, rule, file string, at diagnostic.Position, help, message string) {
	c.problems.Add(diagnostic.Diagnostic{
		File: c.FileName(file), Position: at, Severity: s, Rule: rule, Message: message, Help: help,
	})
}

// oneOf reports a value that is missing or none of the allowed ones.
func (c *checker) oneOf(rule, path, value string, allowed []string) {
	switch {
	case value == "":
		c.err(rule, path, "", "%s is missing; expected %s", path, either(allowed))
	case !contains(allowed, value):
		c.err(rule, path, diagnostic.Suggest(value, allowed), "%s is %q; expected %s", path, value, either(allowed))
	}
}

// plausible warns of a value that the format is not known to have: a newer one may.
func (c *checker) plausible(rule, path, value string, known []string) {
	if value == "" || contains(known, value) {
		return
	}
	help := diagnostic.Suggest(value, known)
	if help == "" {
		help = "keep it if a newer Styrmin knows it; it is stored and otherwise ignored"
	}
	c.warn(rule, path, help, "%s is %q; known is %s", path, value, either(known))
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// either lists words: a, b or c.
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// maxListed bounds the names that a help text lists.
const maxListed = 20

// quoted lists names for a help text: "a", "b".
func quoted(names []string) string {
	out := make([]string, 0, min(len(names), maxListed+1))
	for i, n := range names {
		if i == maxListed {
			out = append(out, fmt.Sprintf("and %d more", len(names)-maxListed))
			break
		}
		out = append(out, fmt.Sprintf("%q", n))
	}
	return strings.Join(out, ", ")
}
