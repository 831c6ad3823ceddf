package diagnostic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// jsonPrinter makes one document of all problems. Its form is stable.
type jsonPrinter struct {
	w io.Writer
	// Diagnostics is empty rather than nil, which would be null.
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
	Summary     Summary          `json:"summary"`
}

type jsonDiagnostic struct {
	Diagnostic
	URL string `json:"url"`
}

func newJSONPrinter(w io.Writer, _ PrinterOptions) Printer {
	return &jsonPrinter{w: w, Diagnostics: []jsonDiagnostic{}}
}

func (p *jsonPrinter) Print(_ string, found List) error {
	p.Summary.Add(found)
	for _, d := range found {
		p.Diagnostics = append(p.Diagnostics, jsonDiagnostic{d, d.URL()})
	}
	return nil
}

func (p *jsonPrinter) Close() error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return fmt.Errorf("encoding the problems as JSON: %w", err)
	}
	return write(p.w, b.Bytes())
}
