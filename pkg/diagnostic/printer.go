package diagnostic

import (
	"fmt"
	"io"
)

// Printer shows problems in one format, one driver after the other. It is not
// safe for concurrent use.
type Printer interface {
	// Print takes the problems of one driver, sorted, and what the user called it.
	// A format that makes one document of everything keeps them until Close.
	Print(name string, found List) error
	// Close ends the output. Without it, a document is not written or not complete,
	// so whoever gives up half-way leaves no document that looks whole.
	Close() error
}

// PrinterOptions is what formats want to know besides the problems.
type PrinterOptions struct {
	// Color allows ANSI escapes, for a terminal.
	Color bool
	// Strict makes warnings failures, in formats that tell failure from success.
	Strict bool
	// Version is the program's, for formats that say who found the problems.
	Version string
	// Rules are those that may have been broken, for formats that document them.
	Rules []Rule
}

// formats are all printers, in the order of the documentation.
var formats = []struct {
	name string
	make func(io.Writer, PrinterOptions) Printer
}{
	{"text", newTextPrinter},
	{"json", newJSONPrinter},
	{"sarif", newSARIFPrinter},
	{"github", newGitHubPrinter},
	{"junit", newJUnitPrinter},
}

// Formats names what NewPrinter knows.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// NewPrinter makes the printer of a format; false means that there is no such format.
func NewPrinter(format string, w io.Writer, o PrinterOptions) (Printer, bool) {
	for _, f := range formats {
		if f.name == format {
			return f.make(w, o), true
		}
	}
	return nil, false
}

// write passes on what a printer made. Its error says what was being done.
func write(w io.Writer, output []byte) error {
	if len(output) == 0 {
		return nil
	}
	if _, err := w.Write(output); err != nil {
		return fmt.Errorf("writing the problems: %w", err)
	}
	return nil
}
