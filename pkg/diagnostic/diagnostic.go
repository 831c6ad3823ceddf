// Package diagnostic holds problems found in files, and their printers.
package diagnostic

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Severity says how bad a problem is.
type Severity string

const (
	// Error is a problem that stops the driver from being used.
	Error Severity = "error"
	// Warning is a problem that may be intended.
	Warning Severity = "warning"
	// Note is worth knowing and no problem.
	Note Severity = "note"
)

// Position is a range in a file. Lines and columns count from 1 in characters;
// EndColumn is the column behind the last character. Zero means unknown.
type Position struct {
	Line      int `json:"line"`
	Column    int `json:"column"`
	EndLine   int `json:"endLine"`
	EndColumn int `json:"endColumn"`
}

// IsZero reports whether nothing is known of the position.
func (p Position) IsZero() bool { return p.Line == 0 }

// Diagnostic is one problem: where, what was found, what was expected, what to do next.
type Diagnostic struct {
	// File is the path as the user gave it.
	File string `json:"file"`
	Position
	Severity Severity `json:"severity"`
	// Rule is the id of the rule that found the problem.
	Rule string `json:"rule"`
	// Path is the field's path such as spec.actions[2].mode; empty outside of YAML.
	Path string `json:"path"`
	// Message says what was found and what was expected.
	Message string `json:"message"`
	// Help says what to do next; may be empty.
	Help string `json:"help"`
	// Excerpt is the source line that Position points at, for the text printer.
	Excerpt string `json:"-"`
	// Secret keeps the source line out of the output, because it holds a secret.
	Secret bool `json:"-"`
}

// Error formats the problem on one line, so that a Diagnostic is an error too.
func (d Diagnostic) Error() string {
	return fmt.Sprintf("%s: %s: %s [%s]", d.location(), d.Severity, d.Message, d.Rule)
}

// location is FILE:LINE:COLUMN with as much as is known.
func (d Diagnostic) location() string {
	switch {
	case d.Line == 0:
		return d.File
	case d.Column == 0:
		return fmt.Sprintf("%s:%d", d.File, d.Line)
	}
	return fmt.Sprintf("%s:%d:%d", d.File, d.Line, d.Column)
}

// List is a number of problems.
type List []Diagnostic

// Sort orders by file, position, severity, rule and message, in place.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// Errors are the problems of severity error.
func (l List) Errors() List { return l.only(Error) }

// Warnings are the problems of severity warning.
func (l List) Warnings() List { return l.only(Warning) }

// HasErrors reports whether any problem is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Err joins the errors into one; nil when there are none.
func (l List) Err() error {
	var errs []error
	for _, d := range l.Errors() {
		errs = append(errs, d)
	}
	return errors.Join(errs...)
}

func (l List) only(s Severity) List {
	var out List
	for _, d := range l {
		if d.Severity == s {
			out = append(out, d)
		}
	}
	return out
}
