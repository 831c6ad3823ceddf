package runner

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
)

// TestPrimitivesCommandLine: wrong command lines are usage errors; anything
// that fails later is answered as JSON.
func TestPrimitivesCommandLine(t *testing.T) {
	instance := t.TempDir()
	if err := os.MkdirAll(filepath.Join(instance, "driver"), 0o755); err != nil {
		t.Fatal(err)
	}
	driver := `{"spec":{"components":{"server":{"identifier":{"label":{"c":"server"}}}}}}`
	if err := os.WriteFile(filepath.Join(instance, "driver", "driver.json"), []byte(driver), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		code int
		out  string // in standard output, or in standard error for usage errors
	}{
		{"exec", ExitUsage, "requires at least 1 arg"},
		{"exec server", ExitUsage, "no command"},
		{"exec server --reject ( -- ls", ExitUsage, "--reject: error parsing regexp"},
		{"exec server --commands ls", ExitUsage, "expected a JSON list of lists"},
		{`exec server --commands [["a"]] -- b`, ExitUsage, "not both"},
		{"explode", ExitUsage, "unknown command"},
		{"component stop wroker", ExitFailed, `{"error":{"message":"connect to the cluster: no cluster here"}}`},
		{"component stop server --deployment web", ExitFailed, `the deployment is \"web\", expected NAMESPACE/NAME`},
	} {
		var out, err bytes.Buffer
		env := map[string]string{"STYRMIN_INSTANCE_DIR": instance, "STYRMIN_DEPLOYMENT_ID": "shop/web"}
		r := &Runner{
			Streams: Streams{Out: &out, Err: &err},
			Args:    strings.Fields(test.args),
			Getenv:  func(name string) string { return env[name] },
			Config:  func() (*rest.Config, error) { return nil, errors.New("no cluster here") },
		}
		code := r.Run(t.Context())
		said := out.String()
		if test.code == ExitUsage {
			said = err.String()
		}
		if code != test.code || !strings.Contains(said, test.out) {
			t.Errorf("%s: exit code %d, said %q; expected %d, %q", test.args, code, said, test.code, test.out)
		}
	}
}

func TestInstall(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // a restarted init container installs again
		if err := Install("testdata/fake-runner", dir); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, BinaryName))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the binary: %v, %v", info, err)
	}
	for _, name := range []string{"actions.py", "py.typed"} {
		if _, err := os.Stat(filepath.Join(dir, PythonDir, "styrmin_backend", name)); err != nil {
			t.Error(err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d entries, expected the binary and the Python package only", len(entries))
	}
}

func TestLinesPassOnWholeLines(t *testing.T) {
	var out bytes.Buffer
	l := &lines{to: &out, mu: new(sync.Mutex)}
	for _, text := range []string{"a", "b\nc", "d\ne"} {
		if _, err := l.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if out.String() != "ab\ncd\n" {
		t.Errorf("passed on %q", out.String())
	}
	if l.flush(); out.String() != "ab\ncd\ne\n" {
		t.Errorf("passed on %q", out.String())
	}
}
