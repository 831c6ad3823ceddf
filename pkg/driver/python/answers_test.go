package python

import (
	"crypto/md5" //nolint:gosec // a checksum
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// survey asks about files. What CPython says about a content never changes, and
// takes most of the time: it is kept outside of the repository.
func (c cpython) survey(t *testing.T, files []string, tell func(path string, a answer)) {
	t.Helper()
	kept := c.kept(t)
	known := load(t, kept)
	var mu sync.Mutex
	var unknown, old []string
	for _, path := range files {
		if _, ok := known[checksum(t, path)]; ok {
			old = append(old, path)
		} else {
			unknown = append(unknown, path)
		}
	}
	each(old, func(path string) { tell(path, known[checksum(t, path)]) })
	found := map[string]answer{}
	c.ask(t, unknown, func(path string, a answer) {
		mu.Lock()
		found[checksum(t, path)] = a
		mu.Unlock()
		tell(path, a)
	})
	for sum, a := range found {
		known[sum] = a
	}
	if len(found) > 0 && !t.Failed() {
		save(t, kept, known)
	}
}

// each works on the paths, as many at once as there are CPUs.
func each(paths []string, work func(path string)) {
	queue := make(chan string)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for path := range queue {
				work(path)
			}
		})
	}
	for _, path := range paths {
		queue <- path
	}
	close(queue)
	workers.Wait()
}

func checksum(t *testing.T, path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	sum := md5.Sum(data) //nolint:gosec // a checksum
	return hex.EncodeToString(sum[:])
}

// kept is the file with the answers of this Python to this version of the questions.
func (c cpython) kept(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("STYRMIN_CACHE")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(home, ".cache", "kubectl-styrmin")
	}
	return filepath.Join(dir, "cpython", c.version+"-"+checksum(t, "testdata/survey.py")+".json")
}

func load(t *testing.T, path string) map[string]answer {
	t.Helper()
	known := map[string]answer{}
	if data, err := os.ReadFile(path); err == nil && json.Unmarshal(data, &known) != nil {
		t.Logf("%s is damaged; it is made anew", path)
		known = map[string]answer{}
	}
	return known
}

func save(t *testing.T, path string, known map[string]answer) {
	t.Helper()
	data, err := json.Marshal(known)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	// As a whole: tests may run at the same time.
	temporary := path + "." + filepath.Base(t.TempDir())
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temporary, path); err != nil {
		t.Fatal(err)
	}
}
