package diagnostic

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// sarifPrinter makes one SARIF 2.1.0 log with one run, which documents every rule.
type sarifPrinter struct {
	w   io.Writer
	run sarifRun
	// indices are the rules' places in the log.
	indices map[string]int
}

func newSARIFPrinter(w io.Writer, o PrinterOptions) Printer {
	p := &sarifPrinter{w: w, indices: map[string]int{}}
	p.run = sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	p.run.Tool.Driver = sarifTool{
		Name: "kubectl-styrmin", Version: strings.TrimPrefix(o.Version, "v"), InformationURI: homepage, Rules: []sarifRule{},
	}
	for i, rule := range o.Rules {
		p.indices[rule.ID] = i
		p.run.Tool.Driver.Rules = append(p.run.Tool.Driver.Rules, newSARIFRule(rule))
	}
	return p
}

func newSARIFRule(r Rule) sarifRule {
	summary := sarifMessage{Text: r.Summary}
	return sarifRule{ID: r.ID, ShortDescription: summary, FullDescription: summary, HelpURI: r.URL(), Help: sarifMessage{
		Text:     r.Summary + " See " + r.URL(),
		Markdown: r.Summary + " [Examples and the fix](" + r.URL() + ")",
	}}
}

func (p *sarifPrinter) Print(_ string, found List) error {
	for _, d := range found {
		p.run.Results = append(p.run.Results, p.result(d))
	}
	return nil
}

func (p *sarifPrinter) result(d Diagnostic) sarifResult {
	r := sarifResult{
		RuleID: d.Rule, Level: d.Severity, Message: sarifMessage{Text: d.Message},
		Locations:           []sarifLocation{newSARIFLocation(d)},
		PartialFingerprints: sarifFingerprints{fingerprint(d)},
	}
	if i, ok := p.indices[d.Rule]; ok {
		r.RuleIndex = &i
	}
	if d.Help != "" {
		r.Message.Text += "\n" + d.Help
	}
	return r
}

func newSARIFLocation(d Diagnostic) sarifLocation {
	l := sarifLocation{}
	l.Physical.Artifact.URI = fileURI(d.File)
	l.Physical.Region = newSARIFRegion(d.Position)
	if d.Path != "" {
		l.Logical = []sarifLogical{{d.Path}}
	}
	return l
}

// newSARIFRegion is the first line when nothing is known: code scanning refuses
// results that have no line.
func newSARIFRegion(p Position) sarifRegion {
	r := sarifRegion{StartLine: max(p.Line, 1), StartColumn: p.Column}
	if p.EndLine > 0 && p.EndColumn > 0 {
		r.EndLine, r.EndColumn = p.EndLine, p.EndColumn
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
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{p.run}}); err != nil {
		return fmt.Errorf("encoding the problems as SARIF: %w", err)
	}
	return write(p.w, b.Bytes())
}
