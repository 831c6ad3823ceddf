package doctor

import "fmt"

// Level is how bad a finding is.
type Level string

const (
	// OK: as it should be.
	OK Level = "ok"
	// Warning: it works, and somebody should know; or it could not be checked.
	Warning Level = "warning"
	// Problem: the gate, or a run, does not do what it is there for.
	Problem Level = "problem"
)

// Finding is one thing that was found.
type Finding struct {
	// Check is the name of the check that found it.
	Check string `json:"check"`
	Level Level  `json:"level"`
	// Found is what was found, and where.
	Found string `json:"found"`
	// Why is why it matters; empty when all is well and there is nothing to add.
	Why string `json:"why,omitempty"`
	// Next is the command or the deed that mends it; empty when all is well.
	Next string `json:"next,omitempty"`
}

// Summary counts findings.
type Summary struct {
	OK       int `json:"ok"`
	Warnings int `json:"warnings"`
	Problems int `json:"problems"`
}

// String tells the counts in words.
func (s Summary) String() string {
	return fmt.Sprintf("%d ok, warnings: %d, problems: %d", s.OK, s.Warnings, s.Problems)
}

// Report is all that was found, in the order of the checks.
type Report struct {
	Findings []Finding `json:"findings"`
	Summary  Summary   `json:"summary"`
}

func (r *Report) add(findings ...Finding) {
	for _, f := range findings {
		switch f.Level {
		case OK:
			r.Summary.OK++
		case Warning:
			r.Summary.Warnings++
		case Problem:
			r.Summary.Problems++
		}
		r.Findings = append(r.Findings, f)
	}
}

// fine is a finding of what is as it should be.
func fine(format string, args ...any) []Finding {
	return []Finding{{Level: OK, Found: fmt.Sprintf(format, args...)}}
}

// orFine are the findings or, without any, that all is well.
func orFine(findings []Finding, format string, args ...any) []Finding {
	if len(findings) > 0 {
		return findings
	}
	return fine(format, args...)
}
