package python

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// TestMutants spoils files of the standard library by a token each. Whatever
// CPython still takes must be taken here, too.
func TestMutants(t *testing.T) {
	c := pythons(t)[0]
	random := rand.New(rand.NewPCG(1, 2))
	count := 300
	if n, err := strconv.Atoi(os.Getenv("STYRMIN_MUTANTS")); err == nil {
		count = n
		random = rand.New(rand.NewPCG(rand.Uint64(), 2))
	}
	sources := c.smallFiles(t)
	var mutants []string
	for len(mutants) < count {
		mutants = append(mutants, "="+mutate(sources[random.IntN(len(sources))], random))
	}
	var mu sync.Mutex
	refused, found := 0, 0
	c.ask(t, mutants, func(question string, a answer) {
		src := question[1:]
		_, err := Parse(src)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case a.Verdict == "accepted" && err != nil:
			t.Errorf("CPython accepts what is refused here: %v\n%s", err, around(src, err))
		case a.Verdict != "accepted":
			refused++
			if err != nil {
				found++
			} else {
				t.Logf("not noticed: %s", a.Message)
			}
		}
	})
	t.Logf("of %d mutants CPython refuses %d; %d of these are found here", len(mutants), refused, found)
}

// smallFiles are the texts of small files of the standard library.
func (c cpython) smallFiles(t *testing.T) []string {
	var texts []string
	for _, path := range c.standardLibrary(t, map[[16]byte]bool{}) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(string(data)); err == nil && len(data) > 200 && len(data) < 8000 {
			texts = append(texts, string(data))
		}
	}
	if len(texts) < 50 {
		t.Fatalf("only %d small files; is the standard library there?", len(texts))
	}
	return texts
}

// mutate removes, doubles or swaps a token.
func mutate(src string, random *rand.Rand) string {
	src, _, _ = prepare(src)
	s := newScanner(src)
	var ends []int
	begins := []int{}
	for {
		t := s.scan()
		if t.kind == end {
			break
		}
		if t.text == "" || strings.Contains(t.text, "\n") {
			continue
		}
		begins, ends = append(begins, s.pos-len(t.text)), append(ends, s.pos)
	}
	if len(begins) < 2 {
		return src
	}
	i := random.IntN(len(begins) - 1)
	token, next := src[begins[i]:ends[i]], src[begins[i+1]:ends[i+1]]
	switch random.IntN(4) {
	case 0:
		return src[:begins[i]] + token + " " + src[begins[i]:]
	case 1:
		return src[:begins[i]] + next + src[ends[i]:begins[i+1]] + token + src[ends[i+1]:]
	}
	return src[:begins[i]] + src[ends[i]:]
}

// around is the source near an error.
func around(src string, err error) string {
	lines := strings.Split(src, "\n")
	at := err.(*SyntaxError).Line //nolint:errorlint // what Parse returns
	return strings.Join(lines[max(0, at-3):min(len(lines), at+1)], "\n")
}
