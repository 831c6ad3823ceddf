// Package preview shows people what a run would do.
package preview

import (
	"fmt"
	"io"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// Options sets how a plan is shown.
type Options struct {
	// Color uses ANSI escapes.
	Color bool
	// Short leaves out how objects differ, and what else only matters to who plans.
	Short bool
	// Command is the command that carries the plan out; empty leaves it out.
	Command string
}

// Write shows a plan.
func Write(out io.Writer, planned *plan.Plan, options Options) error {
	v := &view{plan: planned, options: options}
	v.heading()
	v.record()
	v.modes()
	v.release()
	if !options.Short {
		v.caveats()
		v.gate()
	}
	v.obstacles()
	if options.Command != "" && planned.Changes {
		v.section("carry it out with: " + options.Command)
	}
	_, err := io.WriteString(out, v.text.String())
	return err
}

// view writes a plan, section by section.
type view struct {
	plan    *plan.Plan
	options Options
	text    strings.Builder
}

// The ANSI attributes of the parts of a plan.
const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	amber = "33"
)

func (v *view) paint(attributes, text string) string {
	if !v.options.Color || attributes == "" || text == "" {
		return text
	}
	return "\x1b[" + attributes + "m" + text + "\x1b[0m"
}

// line writes a line; what comes from a chart or the cluster cannot steer the terminal.
func (v *view) line(attributes, format string, args ...any) {
	text := strings.TrimRight(progress.Clean(fmt.Sprintf(format, args...)), " \n")
	fmt.Fprintln(&v.text, v.paint(attributes, text))
}

// section begins a part of its own.
func (v *view) section(title string) {
	if v.text.Len() > 0 {
		fmt.Fprintln(&v.text)
	}
	v.line(bold, "%s", title)
}

// block indents a text of several lines.
func (v *view) block(attributes, text string) {
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		v.line(attributes, "  %s", line)
	}
}

// count is a number of things, in words.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// list joins words as one says them.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
