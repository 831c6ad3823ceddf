package python

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// verdicts reads testdata/verdicts.txt: a verdict for every source.
func verdicts(t testing.TB) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/verdicts.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, section := map[string]string{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = line[1:strings.IndexByte(line, ']')]
		default:
			src, err := strconv.Unquote(line)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			all[src] = section
		}
	}
	return all
}

func TestVerdicts(t *testing.T) {
	want := verdicts(t)
	for src, verdict := range want {
		if _, err := Parse(src); (err != nil) != (verdict == "refused") {
			t.Errorf("%q is to be %s: %v", src, verdict, err)
		}
	}
	all := pythons(t)
	for src, accepted := range acceptedBySome(t, keys(want)) {
		// What is new in 3.12 is taken by no older one.
		unknown := !accepted && all[0].version < "3.12" || want[src] == "unnoticed"
		if accepted != (want[src] == "accepted") && !unknown {
			t.Errorf("%q is %s in the table, but CPython says otherwise", src, want[src])
		}
	}
}

func keys[V any](m map[string]V) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// acceptedBySome tells for every source whether any Python of the machine takes it.
func acceptedBySome(t *testing.T, sources []string) map[string]bool {
	t.Helper()
	var mu sync.Mutex
	accepted := map[string]bool{}
	questions := make([]string, len(sources))
	for i, src := range sources {
		accepted[src] = false
		questions[i] = "=" + src
	}
	for _, c := range pythons(t) {
		c.ask(t, questions, func(question string, a answer) {
			mu.Lock()
			accepted[question[1:]] = accepted[question[1:]] || a.Verdict == "accepted"
			mu.Unlock()
		})
	}
	return accepted
}
