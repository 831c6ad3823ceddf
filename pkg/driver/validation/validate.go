// Package validation holds the rules that make a driver runnable. They are pure:
// driver in, all problems out.
package validation

import (
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

// Validate applies every rule to the driver and returns all problems, sorted.
// A field that loading reported already is not reported again.
func Validate(d *driver.Driver) diagnostic.List {
	c := &checker{Driver: d, modules: parseModules(d)}
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
	modules  map[string]module
	problems diagnostic.Collector
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

// quoted lists names for a help text: "a", "b".
func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(out, ", ")
}
