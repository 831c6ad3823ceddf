package diagnostic

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// TextOptions sets how problems are printed for people.
type TextOptions struct {
	// Color uses ANSI escapes, for a terminal: colours, and a link from every rule
	// to its documentation.
	Color bool
}

// textPrinter shows every driver's problems at once, and the summary at the end.
type textPrinter struct {
	w       io.Writer
	options TextOptions
	summary Summary
}

func newTextPrinter(w io.Writer, o PrinterOptions) Printer {
	return &textPrinter{w: w, options: TextOptions{Color: o.Color}}
}

func (p *textPrinter) Print(_ string, found List) error {
	p.summary.Add(found)
	return WriteText(p.w, found, p.options)
}

func (p *textPrinter) Close() error { return write(p.w, []byte(p.summary.String()+"\n")) }

// WriteText writes every problem as FILE:LINE:COLUMN: severity: message [rule],
// then the source line with the place underlined, then the help.
func WriteText(w io.Writer, list List, o TextOptions) error {
	var b strings.Builder
	for _, d := range list {
		o.diagnostic(&b, d)
	}
	return write(w, []byte(b.String()))
}

func (o TextOptions) diagnostic(b *strings.Builder, d Diagnostic) {
	fmt.Fprintf(b, "%s: %s: %s %s\n", o.paint("1", printable(d.location())), o.paint(severityColor(d.Severity), string(d.Severity)),
		printable(d.Message), o.paint("2", o.link(d.URL(), "["+d.Rule+"]")))
	margin := "  "
	if d.Excerpt != "" && d.Line > 0 {
		number := fmt.Sprintf("%4d", d.Line)
		margin = strings.Repeat(" ", len(number)) + " "
		fmt.Fprintf(b, "%s %s\n", o.paint("2", number+" |"), printable(d.Excerpt))
		if mark := underline(d); mark != "" {
			fmt.Fprintf(b, "%s %s\n", o.paint("2", margin+"|"), o.paint("1;32", mark))
		}
	}
	if d.Help != "" {
		fmt.Fprintf(b, "%shelp: %s\n", margin, printable(d.Help))
	}
}

// underline is ^~~~ below the place, with the excerpt's tabs kept.
func underline(d Diagnostic) string {
	line := []rune(printable(d.Excerpt))
	start := d.Column - 1
	if start < 0 || start > len(line) {
		return ""
	}
	end := len(line)
	if d.EndLine <= d.Line {
		end = min(end, max(d.EndColumn-1, start+1))
	}
	var b strings.Builder
	for _, r := range line[:start] {
		if r == '\t' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Repeat(" ", runewidth.RuneWidth(r)))
	}
	b.WriteByte('^')
	if end > start {
		b.WriteString(strings.Repeat("~", max(runewidth.StringWidth(string(line[start:end]))-1, 0)))
	}
	return b.String()
}

// printable replaces control characters, which a hostile file could use to
// rewrite what the terminal shows.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return '\uFFFD'
		}
		return r
	}, s)
}

func (o TextOptions) paint(code, s string) string {
	if !o.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// link makes the words a hyperlink; terminals that know none show the words alone.
func (o TextOptions) link(target, words string) string {
	if !o.Color {
		return words
	}
	return "\x1b]8;;" + target + "\x1b\\" + words + "\x1b]8;;\x1b\\"
}

func severityColor(s Severity) string {
	switch s {
	case Error:
		return "1;31"
	case Warning:
		return "1;33"
	}
	return "1;36"
}
