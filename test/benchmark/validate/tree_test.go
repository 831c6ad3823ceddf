//go:build unix

package main

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/pkg/lint/chart"
)

// TestTree: nothing is wrong with the drivers that are made, so that measuring
// goes through every rule.
func TestTree(t *testing.T) {
	root := t.TempDir()
	if err := writeTree(root, 101, ordinaryActions); err != nil {
		t.Fatal(err)
	}
	checker := chart.New("")
	for dir, actions := range map[string]int{"team-000/driver-00000": ordinaryActions, "team-001/driver-00100": ordinaryActions} {
		d, found := driver.LoadDir(filepath.Join(root, dir))
		if d == nil || len(found) > 0 {
			t.Fatal(found)
		}
		if found := slices.Concat(lint.Check(d, lint.Inputs{}), checker.Check(t.Context(), d, lint.Inputs{})); len(found) > 0 {
			t.Error(found)
		}
		if len(d.Object.Spec.Actions) != actions {
			t.Errorf("%s has %d actions", dir, len(d.Object.Spec.Actions))
		}
	}
}
