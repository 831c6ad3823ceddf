package jobs_test

import (
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func TestLineTag(t *testing.T) {
	for _, text := range []string{"12:00:01 INFO    stopped", "", "run=other action=b c", "  indented"} {
		if got := jobs.CutLineTag(jobs.LineTag("x7k2m9qd", "back_up")+text, "x7k2m9qd"); got != text {
			t.Errorf("found %q, expected %q", got, text)
		}
		if got := jobs.CutLineTag(text, "x7k2m9qd"); got != text {
			t.Errorf("a line without a tag became %q, expected %q", got, text)
		}
	}
}
