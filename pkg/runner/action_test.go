package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/test/python"
)

// TestActions runs real flows in real processes and judges what the Job would
// see: the exit code and the termination message. A process takes seconds, so
// what needs none of its own is tested in python/tests, all in one.
func TestActions(t *testing.T) {
	suite := newSuite(t, python.Environment(t))
	t.Run("python", func(t *testing.T) { t.Parallel(); suite.units(t) })
	suite.endings(t)
	t.Run("terminated", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		begun := filepath.Join(t.TempDir(), "begun")
		t.Cleanup(cancel)
		go func() {
			for ctx.Err() == nil {
				if _, err := os.Stat(begun); err == nil {
					cancel()
				}
				time.Sleep(50 * time.Millisecond)
			}
		}()
		code, got := suite.action(t, ctx, "actions.py::waits", "BEGUN="+begun)
		if code != ExitFailed || got.Outcome != Failed || got.Error == "" {
			t.Errorf("exit code %d, outcome %+v, expected a failure with an error", code, got)
		}
	})
	t.Run("page", func(t *testing.T) {
		t.Parallel()
		_, got := suite.action(t, t.Context(), "actions.py::sync_ok", "PREFECT_UI_URL=https://prefect.example.org")
		if want := "https://prefect.example.org/runs/flow-run/" + got.FlowRunID; got.FlowRunURL != want {
			t.Errorf("the flow run's page is %q, expected %q", got.FlowRunURL, want)
		}
	})
	suite.ephemeral(t)
}

// TestPythons: the package works with every Python that it promises, and with the oldest and
// the newest Prefect of each. `make test-python` runs all; without it, the two corners.
func TestPythons(t *testing.T) {
	pairs := python.Pairs
	if os.Getenv("STYRMIN_PYTHONS") == "" {
		pairs = []python.Pair{pairs[0], pairs[len(pairs)-1]}
	}
	for _, pair := range pairs {
		t.Run(pair.Name(), func(t *testing.T) {
			suite := newSuite(t, pair.Environment(t))
			t.Run("python", suite.units)
			if os.Getenv("STYRMIN_PYTHONS") != "" {
				suite.endings(t)
				suite.ephemeral(t)
			}
		})
	}
}

// units are the tests in Python.
func (s suite) units(t *testing.T) {
	python.Run(t, []string{
		"PYTHONPATH=" + filepath.Join(s.home, PythonDir), "PYTHONDONTWRITEBYTECODE=1", "PREFECT_API_URL=" + s.api,
		"PREFECT_HOME=" + t.TempDir(), "DO_NOT_TRACK=1", "STYRMIN_RUNNER=" + filepath.Join(s.home, BinaryName),
	}, s.python, "-m", "unittest", "discover", "-s", "python/tests")
}

// ephemeral: without a server, Prefect starts one.
func (s suite) ephemeral(t *testing.T) {
	t.Run("ephemeral", func(t *testing.T) {
		t.Parallel()
		s.api = ""
		if code, got := s.action(t, t.Context(), "actions.py::sync_ok"); code != ExitOK {
			t.Errorf("exit code %d, outcome %+v, expected success", code, got)
		}
	})
}

// endings: however a flow ends, the exit code and the message tell.
func (s suite) endings(t *testing.T) {
	const noFlow = `^$`
	const aFlow = `^[0-9a-f-]{36}$`
	for _, test := range []struct {
		location, outcome, error, flow string
		code                           int
	}{
		{"actions.py::async_ok", Succeeded, `^$`, aFlow, ExitOK},
		{"actions.py::returns_failed", Failed, `^not today$`, aFlow, ExitFailed},
		{"actions.py::cancelled", Failed, `^the flow ended in state Cancelled: changed my mind$`, aFlow, ExitFailed},
		{"actions.py::raises", Failed, `RuntimeError: broken`, aFlow, ExitFailed},
		{"actions.py::exits_0", Failed, `SystemExit: 0`, aFlow, ExitFailed},
		{"actions.py::dies_0", Failed, `ended with code 0 before the flow ended(?s:.*)last words`, aFlow, ExitFailed},
		{"actions.py::killed", Failed, `killed by SIGKILL`, aFlow, ExitFailed},
		{"actions.py::forgets_await", Failed, `stop_components called without await`, aFlow, ExitFailed},
		{"syntax.py::flow", Unloadable, `SyntaxError: .*syntax.py, line 2`, noFlow, ExitUnloadable},
	} {
		t.Run(test.location, func(t *testing.T) {
			t.Parallel()
			code, got := s.action(t, t.Context(), test.location)
			if code != test.code || got.Outcome != test.outcome {
				t.Errorf("exit code %d and outcome %q, expected %d and %q", code, got.Outcome, test.code, test.outcome)
			}
			if !regexp.MustCompile(test.error).MatchString(got.Error) {
				t.Errorf("error %q does not match %q", got.Error, test.error)
			}
			if !regexp.MustCompile(test.flow).MatchString(got.FlowRunID) {
				t.Errorf("flow run %q does not match %q", got.FlowRunID, test.flow)
			}
		})
	}
}

// action runs one action as its pod does.
func (s suite) action(t *testing.T, ctx context.Context, location string, more ...string) (int, Outcome) {
	t.Helper()
	instance, err := filepath.Abs("testdata/instance")
	if err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	env := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": t.TempDir(), "PREFECT_HOME": t.TempDir(), "TMPDIR": t.TempDir(),
		"PYTHONDONTWRITEBYTECODE": "1", "STYRMIN_PYTHON": s.python, "STYRMIN_INSTANCE_DIR": instance,
		"STYRMIN_DEPLOYMENT_ID": "shop/web", "STYRMIN_TARGET_VERSION": "2.0.0", "STYRMIN_CURRENT_VERSION": "1.0.0",
	}
	if s.api != "" {
		env["PREFECT_API_URL"] = s.api
	}
	r := &Runner{
		Streams: Streams{Out: &out, Err: &errOut},
		Args:    []string{"action", location},
		Getenv:  func(name string) string { return env[name] }, Environ: more,
		Executable:  filepath.Join(s.home, BinaryName),
		Termination: filepath.Join(t.TempDir(), "termination-log"),
	}
	for name, value := range env {
		r.Environ = append(r.Environ, name+"="+value)
	}
	code := r.Run(ctx)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s\n%s", &out, &errOut)
		}
	})
	message, err := os.ReadFile(r.Termination)
	if err != nil {
		t.Fatal(err)
	}
	var outcome Outcome
	if err := json.Unmarshal(message, &outcome); err != nil {
		t.Fatalf("termination message %q: %v", message, err)
	}
	return code, outcome
}

// TestNoPython: an image without Python is told apart from a flow that fails.
func TestNoPython(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := &Runner{Streams: Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, Args: []string{"action", "actions.py::f"},
		Getenv: os.Getenv, Termination: filepath.Join(t.TempDir(), "log")}
	if code := r.Run(t.Context()); code != ExitUnloadable {
		t.Errorf("exit code %d, expected %d", code, ExitUnloadable)
	}
}

// TestUnusablePython: an image without Prefect, and one whose Python is too old.
func TestUnusablePython(t *testing.T) {
	const shim = "#!/bin/sh\nexec \"$REAL\" -S -c 'import sys, runpy; sys.version_info = %VERSION%; " +
		"sys.argv = [\"x\", \"a.py::f\"]; runpy.run_module(\"styrmin_backend\", run_name=\"__main__\")'\n"
	home := t.TempDir()
	if err := Install("testdata/fake-runner", home); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ version, message string }{
		{"(3, 12, 0)", "cannot import Prefect 3"},
		{"(3, 9, 0)", "need Python 3.10 or newer"},
		{withPrefect("2.20.27"), "has Prefect 2.20.27, but actions need Prefect 3.0.11 or newer, below 4"},
		{withPrefect("3.0.10"), "has Prefect 3.0.10, but"},
		{withPrefect("4.0.0rc1"), "has Prefect 4.0.0rc1, but"},
		{withPrefect("unknown"), "has Prefect unknown, but"},
	} {
		python := filepath.Join(t.TempDir(), "python3")
		script := bytes.ReplaceAll([]byte(shim), []byte("%VERSION%"), []byte(test.version))
		if err := os.WriteFile(python, script, 0o755); err != nil {
			t.Fatal(err)
		}
		real := "/usr/bin/python3"
		if _, err := os.Stat(real); err != nil {
			t.Skip("needs " + real)
		}
		code, got := suite{python: python, api: "http://unused", home: home}.action(t, t.Context(), "actions.py::f", "REAL="+real)
		if code != ExitUnloadable || !regexp.MustCompile(test.message).MatchString(got.Error) {
			t.Errorf("exit code %d, error %q; expected %d, %q", code, got.Error, ExitUnloadable, test.message)
		}
	}
}

// withPrefect is a Python that is new enough, and has that Prefect.
func withPrefect(version string) string {
	return `(3, 12, 0); sys.modules["prefect"] = type(sys)("prefect"); sys.modules["prefect"].__version__ = "` + version + `"`
}

// TestPages: what people are shown of the cluster's own server is an address that they can open.
func TestPages(t *testing.T) {
	for name, want := range map[string]string{
		PrefectServer:                     "PREFECT_UI_URL=http://localhost:4200",
		"https://prefect.example.org/api": "", // Prefect tells where its pages are
	} {
		r := &Runner{Getenv: func(variable string) string { return map[string]string{"PREFECT_API_URL": name}[variable] }}
		if got := strings.Join(r.prefectSettings(t.Context()), " "); got != want {
			t.Errorf("%s: found %q, expected %q", name, got, want)
		}
	}
}
