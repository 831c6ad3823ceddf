package python

import (
	"bufio"
	"crypto/md5" //nolint:gosec // a checksum
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	machine "github.com/styrmin/kubectl-styrmin/test/python"
)

// answer is what testdata/survey.py says about a source.
type answer struct {
	Verdict   string
	Functions int
	Digest    string
	Message   string
	Facts     string
}

// cpython is a Python that is asked questions.
type cpython struct {
	path    string
	version string
}

// pythons are those of this machine that a driver may be run by, the newest first.
func pythons(t testing.TB) (all []cpython) {
	t.Helper()
	found, err := machine.Interpreters()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		all = append(all, cpython{p.Path, p.Version})
	}
	if len(all) == 0 {
		t.Skip("no Python 3.10 or newer on this machine: nothing to compare with")
	}
	return all
}

// ask puts questions to a Python and calls back with every answer, from one
// goroutine for each CPU.
func (c cpython) ask(t testing.TB, questions []string, tell func(question string, a answer), flags ...string) {
	t.Helper()
	queue := make(chan string)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			if err := c.converse(t, queue, tell, flags); err != nil {
				t.Errorf("asking %s: %v", c.path, err)
			}
			for range queue { // let the sender go on after an error
			}
		})
	}
	for _, q := range questions {
		queue <- q
	}
	close(queue)
	workers.Wait()
}

func (c cpython) converse(t testing.TB, queue <-chan string, tell func(string, answer), flags []string) error {
	cmd := exec.CommandContext(t.Context(), c.path, append([]string{"-I", "testdata/survey.py"}, flags...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	answers := bufio.NewReader(stdout)
	for q := range queue {
		line, err := json.Marshal(q)
		if err != nil {
			return err
		}
		if _, err := stdin.Write(append(line, '\n')); err != nil {
			return err
		}
		var a answer
		if line, err = answers.ReadBytes('\n'); err != nil {
			return fmt.Errorf("%.100s: %w", q, err)
		}
		if err := json.Unmarshal(line, &a); err != nil {
			return err
		}
		tell(q, a)
	}
	if err := stdin.Close(); err != nil {
		return err
	}
	return cmd.Wait()
}

// TestAgainstCPython compares all that is told apart in the standard library of
// every Python of this machine with what that Python's own parser says.
func TestAgainstCPython(t *testing.T) {
	compared := map[[md5.Size]byte]bool{}
	for _, c := range pythons(t) {
		t.Run(c.version, func(t *testing.T) {
			files := c.standardLibrary(t, compared)
			if testing.Short() {
				files = slices.DeleteFunc(files, func(path string) bool { return len(path)%8 != 0 })
			}
			var mu sync.Mutex
			verdicts, functions := map[string]int{}, 0
			c.survey(t, files, func(path string, a answer) {
				mu.Lock()
				verdicts[a.Verdict]++
				functions += a.Functions
				mu.Unlock()
				c.compare(t, path, a)
			})
			t.Logf("%d functions in %d files: %v", functions, len(files), verdicts)
			if !testing.Short() && functions < 1000 {
				t.Errorf("only %d functions were compared; is the standard library there?", functions)
			}
		})
	}
}

func (c cpython) compare(t *testing.T, path string, a answer) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	m, err := Parse(string(data))
	switch {
	case a.Verdict != "accepted":
	case err != nil:
		t.Errorf("%s: %v", path, err)
	default:
		facts := m.facts(string(data))
		if sum := md5.Sum([]byte(facts)); hex.EncodeToString(sum[:]) != a.Digest { //nolint:gosec // a checksum
			c.explain(t, path, facts)
		}
	}
}

// explain shows how the facts about a file differ.
func (c cpython) explain(t *testing.T, path, facts string) {
	queue := make(chan string, 1)
	queue <- path
	close(queue)
	err := c.converse(t, queue, func(_ string, a answer) {
		if diff := cmp.Diff(strings.Split(a.Facts, "\n"), strings.Split(facts, "\n")); diff != "" {
			t.Errorf("%s: (-CPython +ours)\n%.3000s", path, diff)
		}
	}, []string{"--facts"})
	if err != nil {
		t.Error(err)
	}
}

// standardLibrary lists the .py files of Python's standard library with a
// content that has not been seen before: what is the same in two versions is
// compared with the newer one.
func (c cpython) standardLibrary(t *testing.T, seen map[[md5.Size]byte]bool) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), c.path, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))").Output()
	if err != nil {
		t.Fatalf("finding the standard library: %v", err)
	}
	var files []string
	err = filepath.WalkDir(strings.TrimSpace(string(out)), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "site-packages" || d.Name() == "__pycache__"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".py"):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if sum := md5.Sum(data); !seen[sum] { //nolint:gosec // a checksum
			seen[sum] = true
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
