package lint

import (
	"errors"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

// parse returns the driver's template; nil when there is none, or it cannot be
// parsed, which is another rule's business.
func parse(d *driver.Driver) *values.Template {
	text, given := d.Files[v1.ValuesFile]
	if !given {
		return nil
	}
	t, err := values.Parse(v1.ValuesFile, text)
	if err != nil {
		return nil
	}
	return t
}

func checkValuesUndefined(c *checker) {
	if c.template == nil {
		return
	}
	for _, f := range c.template.Check(shapeOf(c.Driver, c.in)) {
		severity := diagnostic.Error
		if f.Doubtful {
			severity = diagnostic.Warning
		}
		c.inTemplate(severity, "values-undefined", diagnostic.Position(f.Position), f.Help, f.Message)
	}
}

func checkValuesRender(c *checker) {
	if c.template == nil || !c.usable {
		return
	}
	r, err := Resolve(c.Driver, c.in, SampleChart(c.Driver))
	if err != nil {
		// The driver itself is broken, and that has been said.
		return
	}
	rendered, err := c.template.Render(r.Variables)
	if err == nil {
		_, err = rendered.Values()
	}
	var problem *values.Error
	if errors.As(err, &problem) {
		severity, help := r.certainty(c.template.Influences(problem), problem.Help)
		c.inTemplate(severity, "values-render", problem.Position, help, problem.Message)
	}
}

// certainty is an error, or a warning when the problem may be one of what only a
// real deployment knows. The help then says how to give it.
func (r *Resolution) certainty(influences map[string]bool, help string) (diagnostic.Severity, string) {
	give := r.unknown(influences)
	for _, path := range []string{"cluster", "environment"} {
		if touches(influences, path) {
			give = append(give, "`--context-file FILE` with `"+path+"`")
		}
	}
	for path := range influences {
		if strings.Contains(path, "_fqdn") {
			give = append(give, "`--context-file FILE` with the service's names")
			break
		}
	}
	if len(give) == 0 {
		return diagnostic.Error, help
	}
	said := "this may depend on what is not given here; give it: " + strings.Join(give, ", ")
	if help != "" {
		said = help + "; " + said
	}
	return diagnostic.Warning, said
}

// touches reports whether one of the paths reads the field, what is in it, or all around it.
func touches(influences map[string]bool, field ...string) bool {
	path := strings.Join(field, ".")
	for read := range influences {
		if read == path || strings.HasPrefix(read, path+".") || read == field[0] || isMethod(read, field[0]) {
			return true
		}
	}
	return false
}

// isMethod reports whether a path such as parameters.items reads all of a mapping.
func isMethod(path, of string) bool {
	for _, method := range []string{"copy", "get", "items", "values", "pop"} {
		if path == of+"."+method {
			return true
		}
	}
	return false
}
