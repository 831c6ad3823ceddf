package helm

import (
	"fmt"
	"regexp"
	"strings"
)

// RenderError is a chart that does not render with the values given. It is an ErrRender.
type RenderError struct {
	// Place is the template's file, line and column, such as notes/templates/web.yaml:3:14,
	// as much as Helm says; it may be empty.
	Place string
	// Message is Helm's own, shortened.
	Message string
	// Syntax is true for a template that cannot be parsed, whatever the values.
	Syntax bool
	// Violations are the values that the chart's values.schema.json refuses; then there is no Place.
	Violations []Violation

	err error
}

// Error is the place and the message.
func (e *RenderError) Error() string {
	if e.Place == "" {
		return fmt.Sprintf("%v: %s", ErrRender, e.Message)
	}
	return fmt.Sprintf("%v: %s: %s", ErrRender, e.Place, e.Message)
}

// Unwrap gives ErrRender and Helm's error.
func (e *RenderError) Unwrap() []error { return []error{ErrRender, e.err} }

// Helm's rendering errors say where twice and wrap the template author's own
// message in several layers: keep the place and the message.
var (
	// execution error at (notes/templates/web.yaml:3:4): MESSAGE
	failCall = regexp.MustCompile(`(?s)execution error at \(([^)]+)\): (.*)`)
	// template: notes/templates/web.yaml:3:14: executing "…" at <.Values.a.b>: MESSAGE
	executing = regexp.MustCompile(`(?s)template: (\S+:\d+(?::\d+)?): executing "[^"]*" at (<.*>): (.*)`)
	// parse error at (notes/templates/web.yaml:3): MESSAGE
	parsing = regexp.MustCompile(`(?s)parse error at \(([^)]+)\): (.*)`)
	// YAML parse error on notes/templates/web.yaml: error converting YAML to JSON: yaml: line 3: MESSAGE
	notYAML = regexp.MustCompile(`(?s)YAML parse error on (\S+): (?:error converting YAML to JSON: )?(.*)`)
)

func renderError(err error) *RenderError {
	e := shorten(err.Error())
	e.err = err
	return e
}

// explained tells the values apart that break the schema: Helm has all of them in one text,
// and shows them.
func (e *RenderError) explained(req Request) *RenderError {
	if !strings.HasPrefix(e.Message, schemaFailed) {
		return e
	}
	if e.Violations = violations(req); len(e.Violations) > 0 {
		e.Message = listed(e.Violations)
	}
	return e
}

func shorten(message string) *RenderError {
	message = strings.TrimSpace(message)
	for _, form := range []*regexp.Regexp{failCall, parsing, notYAML} {
		if m := form.FindStringSubmatch(message); m != nil {
			return &RenderError{Place: m[1], Message: m[2], Syntax: form == parsing}
		}
	}
	// The innermost template is the last match: include nests them.
	if i := strings.LastIndex(message, "template: "); i >= 0 {
		if m := executing.FindStringSubmatch(message[i:]); m != nil {
			return &RenderError{Place: m[1], Message: fmt.Sprintf("%s at %s", m[3], m[2])}
		}
	}
	return &RenderError{Message: message}
}
