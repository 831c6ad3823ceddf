package values

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nikolalohinski/gonja/v2/parser"
)

// Error says what is wrong with a template and on which of its lines.
type Error struct {
	// Name is the template's.
	Name string
	// Line counts from 1; 0 means unknown.
	Line    int
	Message string
}

// Error formats NAME:LINE: MESSAGE.
func (e *Error) Error() string {
	switch {
	case e.Name == "":
		return e.Message
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.Name, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Message)
}

// parseError is what the template engine says of a template that it cannot parse.
func parseError(name string, err error) error {
	var syntax *parser.SyntaxError
	if errors.As(err, &syntax) {
		return &Error{Name: name, Line: syntax.Line, Message: tidy(syntax.Message)}
	}
	return &Error{Name: name, Message: tidy(lastPart(err.Error()))}
}

var (
	lineOf      = regexp.MustCompile(` at line (\d+): `)
	undefinedIn = regexp.MustCompile(`(?i)unable to evaluate ([^:]+): Can't use Get(?:item|attr) on None$`)
)

// renderError strips the engine's chain of wrapped messages to place and cause.
func renderError(name string, err error, own []string) error {
	if errors.Is(err, errTooLong) || strings.HasSuffix(err.Error(), errTooLong.Error()) {
		return &Error{Name: name, Message: errTooLong.Error()}
	}
	text := err.Error()
	e := &Error{Name: name}
	if all := lineOf.FindAllStringSubmatch(text, -1); len(all) > 0 {
		e.Line, _ = strconv.Atoi(all[len(all)-1][1])
	}
	said := slices.IndexFunc(own, func(m string) bool { return strings.HasSuffix(text, m) })
	switch m := undefinedIn.FindStringSubmatch(text); {
	case said >= 0:
		e.Message = own[said]
	case m != nil:
		e.Message = fmt.Sprintf("`%s` cannot be read, because what it belongs to is undefined", m[1])
	default:
		e.Message = tidy(lastPart(text))
	}
	return e
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// yamlError is about the rendered text, whose lines are not the template's.
func yamlError(name string, err error) error {
	text := err.Error()
	for _, prefix := range []string{"error converting YAML to JSON: ", "yaml: ", "unmarshal errors:"} {
		text = strings.TrimSpace(strings.TrimPrefix(text, prefix))
	}
	where := ""
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = strings.Replace(text, m[0], "", 1)
		where = " (line " + m[1] + " of the rendered text)"
	}
	return &Error{Name: name, Message: fmt.Sprintf("the rendered template is not valid YAML: %s%s; the filter tojson quotes a value that is text, as in {{ parameters.NAME | tojson }}", text, where)}
}

// lastPart is the innermost of wrapped messages.
func lastPart(s string) string {
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+2:]
	}
	return s
}

// tidy puts the engine's words into the user's.
func tidy(s string) string {
	return strings.NewReplacer("ControlStructure", "the statement", " (or beginning not provided)", "", "controlStructure", "statement").Replace(s)
}
