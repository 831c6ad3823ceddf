package output

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestPackKeepsTheOrder(t *testing.T) {
	var logs []Kept
	for i := range 12 {
		logs = append(logs, Kept{Job: fmt.Sprintf("a-run-%d", i), Text: fmt.Sprintln(i)})
	}
	if found := unpack(pack(logs)); !slices.Equal(found, logs) {
		t.Errorf("found %v, expected %v", found, logs)
	}
}

// TestPackIsBounded: what is kept of a run fits into an object; the newest stays.
func TestPackIsBounded(t *testing.T) {
	var logs []Kept
	for i := range 100 {
		logs = append(logs, Kept{Job: fmt.Sprintf("a-run-%d", i), Text: strings.Repeat("x", keptBytes)})
	}
	found := unpack(pack(logs))
	if want := mostKept / keptBytes; len(found) != want || found[len(found)-1].Job != "a-run-99" {
		t.Errorf("%d are kept, the last of Job %s; expected %d, the last of a-run-99", len(found), found[len(found)-1].Job, want)
	}
}

func TestUnpackLeavesOutWhatIsNotOurs(t *testing.T) {
	if found := unpack(map[string]string{"note": "x"}); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}
