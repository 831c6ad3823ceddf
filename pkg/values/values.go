// Package values renders values.j2.yml, a Jinja2 template of Helm values.
package values

import (
	"errors"
	"fmt"
	"math"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/internal/jsonvalue"
	"github.com/styrmin/kubectl-styrmin/pkg/values/jinja"
)

// Render renders the template with the context's keys as variables and reads
// the result as a YAML mapping of JSON-compatible values, as Helm would. The
// name, usually values.j2.yml, begins every error's message. Rendering reads no
// file, knows no time and no chance: the same input gives the same output.
func Render(name, template string, context map[string]any) (map[string]any, error) {
	t, err := Parse(name, template)
	if err != nil {
		return nil, err
	}
	rendered, err := t.Render(context)
	if err != nil {
		return nil, err
	}
	return rendered.Values()
}

// Template is a parsed template. It may be used concurrently.
type Template struct {
	name   string
	parsed *jinja.Template
}

// Parse reads a template. What is wrong with it is an [*Error].
func Parse(name, text string) (*Template, error) {
	parsed, err := jinja.Parse(text)
	if err != nil {
		return nil, located(name, err)
	}
	return &Template{name: name, parsed: parsed}, nil
}

// Check finds what the template refers to and is not there, in every branch.
// The shape is that of the context.
func (t *Template) Check(context *jinja.Shape) []jinja.Finding {
	return t.parsed.Check(language, context)
}

// Influences lists the paths in the context, such as parameters.replicas, that
// may influence what the template's text at a problem becomes.
func (t *Template) Influences(problem *Error) map[string]bool {
	return t.parsed.Influences(problem.span)
}

// Reads lists the paths in the context that may influence any of the text.
func (t *Template) Reads() map[string]bool {
	return t.parsed.Influences(jinja.Span{End: math.MaxInt})
}

// Render renders the template. The context holds JSON-compatible values, and is not changed.
func (t *Template) Render(context map[string]any) (*Rendered, error) {
	variables, err := jsonvalue.Canonical(context)
	if err != nil {
		return nil, fmt.Errorf("%s: the context: %w", t.name, err)
	}
	data, _ := variables.(map[string]any)
	out, err := t.parsed.Render(language, data)
	if err != nil {
		return nil, located(t.name, err)
	}
	return &Rendered{name: t.name, out: out}, nil
}

// Rendered is the text that a template became.
type Rendered struct {
	name string
	out  *jinja.Output
}

// Text is the text as it is.
func (r *Rendered) Text() string { return r.out.Text }

// Error says what is wrong with a template, and where. Neither message nor help
// shows a value of the context.
type Error struct {
	// Name is the template's.
	Name string
	// Position is in the template; zero when it is unknown.
	diagnostic.Position
	Message string
	// Help says what to do next; may be empty.
	Help string
	span jinja.Span
}

// Error formats NAME:LINE:COLUMN: MESSAGE; HELP.
func (e *Error) Error() string {
	text := e.Message
	if e.Help != "" {
		text += "; " + e.Help
	}
	switch {
	case e.Name == "":
		return text
	case e.IsZero():
		return e.Name + ": " + text
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, text)
}

// located puts the template's name to a problem of the template.
func located(name string, err error) error {
	var e *jinja.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return &Error{Name: name, Position: diagnostic.Position(e.Position), Message: e.Message, Help: e.Help, span: e.Span}
}
