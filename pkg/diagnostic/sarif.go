package diagnostic

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

// sarifPrinter makes one SARIF 2.1.0 log with one run, which documents every rule.
type sarifPrinter struct {
	w   io.Writer
	run *sarif.Run
	// indices are the rules' places in the log.
	indices map[string]int
}

const (
	sarifTool = "kubectl-styrmin"
	// sarifColumns says how the columns of a Position are counted.
	sarifColumns = "unicodeCodePoints"
	// sarifFingerprint is the name of our fingerprints and the version of their making.
	sarifFingerprint = "styrminProblem/v1"
)

func newSARIFPrinter(w io.Writer, o PrinterOptions) Printer {
	p := &sarifPrinter{w: w, run: sarif.NewRunWithInformationURI(sarifTool, homepage).WithColumnKind(sarifColumns), indices: map[string]int{}}
	p.run.Tool.Driver.WithVersion(o.Version).WithIsComprehensive(true)
	for i, rule := range o.Rules {
		p.indices[rule.ID] = i
		p.run.Tool.Driver.AddRule(sarifRule(rule))
	}
	return p
}

// sarifRule has every property that GitHub's code scanning wants of a rule.
func sarifRule(r Rule) *sarif.ReportingDescriptor {
	summary := sarif.NewMultiformatMessageString().WithText(r.Summary)
	return sarif.NewRule(r.ID).WithHelpURI(r.URL()).WithShortDescription(summary).WithFullDescription(summary).
		WithHelp(sarif.NewMultiformatMessageString().
			WithText(r.Summary + " See " + r.URL()).
			WithMarkdown(r.Summary + " [Examples and the fix](" + r.URL() + ")"))
}

func (p *sarifPrinter) Print(_ string, found List) error {
	for _, d := range found {
		p.run.AddResult(p.result(d))
	}
	return nil
}

func (p *sarifPrinter) result(d Diagnostic) *sarif.Result {
	text := d.Message
	if d.Help != "" {
		text += "\n" + d.Help
	}
	r := sarif.NewRuleResult(d.Rule).WithLevel(string(d.Severity)).WithMessage(sarif.NewTextMessage(text)).
		WithLocations([]*sarif.Location{sarifLocation(d)}).
		WithPartialFingerprints(map[string]string{sarifFingerprint: fingerprint(d)})
	if i, ok := p.indices[d.Rule]; ok {
		r.WithRuleIndex(i)
	}
	return r
}

func sarifLocation(d Diagnostic) *sarif.Location {
	l := sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(fileURI(d.File))).WithRegion(sarifRegion(d.Position)))
	if d.Path != "" {
		l.AddLogicalLocation(sarif.NewLogicalLocation().WithFullyQualifiedName(d.Path))
	}
	return l
}

// sarifRegion is the first line when nothing is known: code scanning refuses
// results that have no line.
func sarifRegion(p Position) *sarif.Region {
	r := sarif.NewRegion().WithStartLine(max(p.Line, 1))
	if p.Column > 0 {
		r.WithStartColumn(p.Column)
	}
	if p.EndLine > 0 && p.EndColumn > 0 {
		r.WithEndLine(p.EndLine).WithEndColumn(p.EndColumn)
	}
	return r
}

// fileURI is relative where the user gave a relative path.
func fileURI(file string) string {
	path := filepath.ToSlash(file)
	if !filepath.IsAbs(file) {
		return (&url.URL{Path: path}).String()
	}
	return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(path, "/")}).String()
}

// fingerprint recognises a problem that moved to another line.
func fingerprint(d Diagnostic) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{filepath.ToSlash(d.File), d.Rule, d.Path, d.Message}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func (p *sarifPrinter) Close() error {
	var b bytes.Buffer
	if err := sarif.NewReport().AddRun(p.run).PrettyWrite(&b); err != nil {
		return fmt.Errorf("encoding the problems as SARIF: %w", err)
	}
	b.WriteByte('\n')
	return write(p.w, b.Bytes())
}
