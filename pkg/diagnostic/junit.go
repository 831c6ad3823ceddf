package diagnostic

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// junitPrinter makes a test report with one suite of one case for each driver.
// The case's name stays the same from run to run, so that readers can tell what
// is newly broken and what was fixed. A case has at most one failure, since
// GitLab and Jenkins show no second one; it tells of every problem.
type junitPrinter struct {
	w       io.Writer
	strict  bool
	started bool
}

type junitSuite struct {
	XMLName  xml.Name  `xml:"testsuite"`
	Name     string    `xml:"name,attr"`
	Tests    int       `xml:"tests,attr"`
	Failures int       `xml:"failures,attr"`
	Case     junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string `xml:"name,attr"`
	ClassName string `xml:"classname,attr"`
	// File is where readers put the failure.
	File    string        `xml:"file,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	// SystemOut tells of the problems that are no failure.
	SystemOut string `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string   `xml:"message,attr"`
	Type    Severity `xml:"type,attr"`
	Text    string   `xml:",chardata"`
}

// junitClass is two words because Jenkins takes them for a package and a class.
const junitClass = "styrmin.validate"

func newJUnitPrinter(w io.Writer, o PrinterOptions) Printer {
	return &junitPrinter{w: w, strict: o.Strict}
}

func (p *junitPrinter) Print(name string, found List) error {
	if err := p.start(); err != nil {
		return err
	}
	var b bytes.Buffer
	enc := xml.NewEncoder(&b)
	enc.Indent("  ", "  ")
	if err := enc.Encode(p.suite(filepath.ToSlash(name), found)); err != nil {
		return fmt.Errorf("encoding the problems as JUnit XML: %w", err)
	}
	b.WriteByte('\n')
	return write(p.w, b.Bytes())
}

func (p *junitPrinter) suite(name string, found List) junitSuite {
	s := junitSuite{Name: name, Tests: 1, Case: junitCase{Name: name, ClassName: junitClass}}
	var summary Summary
	summary.Add(found)
	if !summary.Failed(p.strict) {
		s.Case.SystemOut = plainText(found)
		return s
	}
	first := slices.Concat(found.Errors(), found.Warnings())[0]
	s.Failures = 1
	s.Case.File = filepath.ToSlash(first.File)
	s.Case.Failure = &junitFailure{Message: summary.problems(), Type: first.Severity, Text: plainText(found)}
	return s
}

func plainText(found List) string {
	var b strings.Builder
	for _, d := range found {
		TextOptions{}.diagnostic(&b, d)
	}
	return b.String()
}

func (p *junitPrinter) Close() error {
	if err := p.start(); err != nil {
		return err
	}
	return write(p.w, []byte("</testsuites>\n"))
}

// start writes what comes before the first suite, once.
func (p *junitPrinter) start() error {
	if p.started {
		return nil
	}
	p.started = true
	return write(p.w, []byte(xml.Header+"<testsuites name=\"kubectl styrmin validate\">\n"))
}
