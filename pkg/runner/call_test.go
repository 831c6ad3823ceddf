package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// TestRequests: whatever is wrong is answered as JSON, a wrong request with a code of its own.
func TestRequests(t *testing.T) {
	for _, test := range []struct {
		name, primitive, request string
		kind                     problemKind
		says                     string
	}{
		{"a primitive that does not exist", "explode", `{}`, usage, "there is no such primitive; expected one of backup_components, copy_from, execute_commands, "},
		{"no request", "stop_components", ``, usage, "read the request from standard input: EOF"},
		{"an unknown field", "stop_components", `{"component": "server"}`, usage, `unknown field "component"`},
		{"a list that was forgotten", "stop_components", `{}`, usage, "components is missing"},
		{"no time", "stop_components", `{"components": ["server"], "timeoutSeconds": -1}`, usage, "timeoutSeconds is below 0"},
		{"another deployment", "stop_components", `{"components": ["server"], "deployment": "shop/api"}`, usage, `this action runs for "shop/web" and acts on that only`},
		{"no count", "scale_components", `{"components": ["server"]}`, usage, "replicas is missing or below 0"},
		{"no such state", "wait_for_components", `{"components": ["server"], "for": "gone"}`, usage, `for is "gone", expected ready or stopped`},
		{"no component", "execute_commands", `{"commands": [["ls"]]}`, usage, "component is missing"},
		{"no command", "execute_commands", `{"component": "server"}`, usage, "commands is missing or empty"},
		{"a command in one string", "execute_commands", `{"component": "server", "commands": ["ls -l"]}`, usage, "cannot unmarshal string"},
		{"no regular expression", "execute_commands", `{"component": "server", "commands": [["ls"]], "reject": "("}`, usage, `reject: found "(", expected a regular expression in RE2 syntax`},
		{"no time to look back", "get_logs", `{"component": "server", "sinceSeconds": -1}`, usage, "below 0"},
		{"nothing to copy", "copy_from", `{"component": "server", "to": "/tmp"}`, usage, "path or to is missing"},
		{"no job", "run_job", `{"component": "server"}`, usage, "command is missing or empty"},
		{"no cluster", "stop_components", `{"components": ["server"]}`, failed, "connect to the cluster: no cluster here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			problem, code := ask(t, test.primitive, test.request)
			if problem.Kind != test.kind || !strings.Contains(problem.Message, test.says) || code != problem.exitCode() {
				t.Errorf("exit code %d, a problem of kind %s: %s\nexpected kind %s: %s", code, problem.Kind, problem.Message, test.kind, test.says)
			}
		})
	}
}

// ask calls a primitive where there is no cluster, and returns the problem it answers with.
func ask(t *testing.T, primitive, request string) (*problem, int) {
	t.Helper()
	instance := t.TempDir()
	if err := os.MkdirAll(filepath.Join(instance, "driver"), 0o755); err != nil {
		t.Fatal(err)
	}
	driver := `{"spec":{"components":{"server":{"identifier":{"label":{"c":"server"}}}}}}`
	if err := os.WriteFile(filepath.Join(instance, "driver", "driver.json"), []byte(driver), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, err bytes.Buffer
	env := map[string]string{"STYRMIN_INSTANCE_DIR": instance, "STYRMIN_DEPLOYMENT_ID": "shop/web"}
	r := &Runner{
		Streams: Streams{In: strings.NewReader(request), Out: &out, Err: &err},
		Args:    []string{"call", primitive},
		Getenv:  func(name string) string { return env[name] },
		Config:  func() (*rest.Config, error) { return nil, errors.New("no cluster here") },
	}
	code := r.Run(t.Context())
	var reply answer
	if err := json.Unmarshal(out.Bytes(), &reply); err != nil || reply.Error == nil {
		t.Fatalf("exit code %d, answer %q: %v", code, out.String(), err)
	}
	return reply.Error, code
}

// TestKinds: what a program is told of each kind of error.
func TestKinds(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	timeout := &components.TimeoutError{Verb: "stop", Unfinished: []components.Unfinished{{Component: "server"}}}
	for _, test := range []struct {
		ctx  context.Context
		err  error
		kind problemKind
	}{
		{t.Context(), &components.UnknownError{Name: "server"}, unknownComponent},
		{t.Context(), &components.MissingError{}, missing},
		{t.Context(), fmt.Errorf("x: %w", timeout), timedOut},
		{t.Context(), context.DeadlineExceeded, timedOut},
		{stopped, timeout, interrupted},
		{t.Context(), &components.NoReadyPodError{}, noReadyPod},
		{t.Context(), &components.CommandError{}, commandFailed},
		{t.Context(), fmt.Errorf("x: %w", apierrors.NewForbidden(schema.GroupResource{}, "x", nil)), forbidden},
		{t.Context(), &components.UnsupportedError{}, unsupported},
		{t.Context(), errors.New("x"), failed},
	} {
		if got := problemOf(test.ctx, test.err); got.Kind != test.kind {
			t.Errorf("%T is of kind %s, expected %s", test.err, got.Kind, test.kind)
		}
	}
	if got := problemOf(t.Context(), timeout); len(got.Unfinished) != 1 {
		t.Errorf("problem %+v, expected it to say what is unfinished", got)
	}
	if got := problemOf(t.Context(), &components.CommandError{Result: components.Result{ExitCode: 7}}); got.Result == nil || got.Result.ExitCode != 7 {
		t.Errorf("problem %+v, expected it to have the command's result", got)
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
	whole := &log{to: &out}
	l := whole.stream()
	for _, text := range []string{"a", "b\nc", "d\ne"} {
		if _, err := l.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if out.String() != "ab\ncd\n" {
		t.Errorf("passed on %q", out.String())
	}
	if whole.flush(); out.String() != "ab\ncd\ne\n" {
		t.Errorf("passed on %q", out.String())
	}
}
