package diagnostic

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// githubPrinter writes workflow commands, which GitHub Actions shows as
// annotations of the files, and the summary for readers of the log.
type githubPrinter struct {
	w       io.Writer
	summary Summary
}

func newGitHubPrinter(w io.Writer, _ PrinterOptions) Printer { return &githubPrinter{w: w} }

func (p *githubPrinter) Print(_ string, found List) error {
	p.summary.Add(found)
	var b bytes.Buffer
	for _, d := range found {
		fmt.Fprintf(&b, "::%s %s::%s\n", githubLevel(d.Severity), githubPlace(d), githubText(d))
	}
	return write(p.w, b.Bytes())
}

func (p *githubPrinter) Close() error { return write(p.w, []byte(p.summary.String()+"\n")) }

func githubLevel(s Severity) string {
	if s == Note {
		return "notice"
	}
	return string(s)
}

// The characters that end a line, a property, or all properties.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// githubPlace has the command's properties. GitHub takes columns only where a
// problem begins and ends on one line.
func githubPlace(d Diagnostic) string {
	properties := []string{"file=" + printable(githubProperty.Replace(filepath.ToSlash(d.File)))}
	add := func(name string, n int) {
		if n > 0 {
			properties = append(properties, name+"="+strconv.Itoa(n))
		}
	}
	add("line", d.Line)
	add("endLine", d.EndLine)
	if d.Line == d.EndLine {
		add("col", d.Column)
		add("endColumn", d.EndColumn)
	}
	return strings.Join(append(properties, "title="+githubProperty.Replace(d.Rule)), ",")
}

func githubText(d Diagnostic) string {
	text := printable(d.Message)
	if d.Help != "" {
		text += "\nhelp: " + printable(d.Help)
	}
	return githubData.Replace(text + "\n" + d.URL())
}
