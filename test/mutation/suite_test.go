package main

import (
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSwitch: the line that the switch is put behind is there, and the outcome is Go.
func TestSwitch(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("..", "..", collector))
	if err != nil {
		t.Fatal(err)
	}
	switched, err := withSwitch(string(source))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := format.Source([]byte(switched)); err != nil || strings.Count(switched, variable) != 1 {
		t.Errorf("%v\n%s", err, switched)
	}
	if _, err := withSwitch("package diagnostic\n"); err == nil {
		t.Error("a collector that does not collect got a switch")
	}
}
