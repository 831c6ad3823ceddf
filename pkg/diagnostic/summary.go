package diagnostic

import "fmt"

// Summary counts.
type Summary struct {
	// Files is how many drivers were looked at.
	Files    int `json:"files"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
}

// Add counts one more driver and its problems.
func (s *Summary) Add(found List) {
	s.Files++
	s.Errors += len(found.Errors())
	s.Warnings += len(found.Warnings())
}

// Failed reports whether something is wrong. When strict, warnings are; notes never.
func (s Summary) Failed(strict bool) bool { return s.Errors > 0 || strict && s.Warnings > 0 }

// String is for people: 2 drivers checked: 1 error, 0 warnings.
func (s Summary) String() string {
	return fmt.Sprintf("%s checked: %s", count(s.Files, "driver"), s.problems())
}

func (s Summary) problems() string {
	return count(s.Errors, "error") + ", " + count(s.Warnings, "warning")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
