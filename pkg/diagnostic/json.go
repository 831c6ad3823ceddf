package diagnostic

import (
	"encoding/json"
	"fmt"
	"io"
)

// Summary counts.
type Summary struct {
	// Files is how many files were looked at.
	Files    int `json:"files"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
}

// Report is the stable JSON form of the outcome of a validation.
type Report struct {
	Diagnostics List    `json:"diagnostics"`
	Summary     Summary `json:"summary"`
}

// NewReport makes the report about so many files.
func NewReport(list List, files int) Report {
	return Report{
		Diagnostics: list,
		Summary:     Summary{Files: files, Errors: len(list.Errors()), Warnings: len(list.Warnings())},
	}
}

// WriteJSON writes the report about so many files as indented JSON.
func WriteJSON(w io.Writer, list List, files int) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(NewReport(list, files)); err != nil {
		return fmt.Errorf("writing diagnostics as JSON: %w", err)
	}
	return nil
}
