package chart

import (
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// BenchmarkCheck has a chart of three workloads that is loaded already.
func BenchmarkCheck(b *testing.B) {
	d, found := driver.LoadDir("../../../examples/notes")
	if d == nil {
		b.Fatal(found)
	}
	checker := New("")
	for b.Loop() {
		if found := checker.Check(b.Context(), d, lint.Inputs{}); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
