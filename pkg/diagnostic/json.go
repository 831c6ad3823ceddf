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
	Diagnostics []Linked `json:"diagnostics"`
	Summary     Summary  `json:"summary"`
}

// Linked is a problem as programs read it: with the page that explains it.
type Linked struct {
	Diagnostic
	URL string `json:"url"`
}

// Linked are the problems as programs read them. It is empty rather than nil, which
// would be null.
func (l List) Linked() []Linked {
	linked := []Linked{}
	for _, d := range l {
		linked = append(linked, Linked{d, d.URL()})
	}
	return linked
}

func newJSONPrinter(w io.Writer, _ PrinterOptions) Printer {
	return &jsonPrinter{w: w, Diagnostics: []Linked{}}
}

func (p *jsonPrinter) Print(_ string, found List) error {
	p.Summary.Add(found)
	p.Diagnostics = append(p.Diagnostics, found.Linked()...)
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
