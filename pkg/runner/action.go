package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

func (r *Runner) actionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "action FILE.py::FUNCTION",
		Short: "Run an action's flow and report how it ended",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			secrets, err := r.readSecrets()
			if err != nil {
				fmt.Fprintf(r.Err, "styrmin-runner: %v\n", err)
				return exitError(ExitFailed)
			}
			return r.report(args[0], r.action(cmd.Context(), args[0], secrets), secrets)
		},
	}
}

// report leaves the outcome where Kubernetes and people look for it.
func (r *Runner) report(location string, outcome Outcome, s secrets) error {
	outcome.Error = s.hide(outcome.Error)
	log := r.stream(r.Err, s)
	defer log.flush()
	if err := os.WriteFile(r.Termination, outcome.Message(), 0o644); err != nil {
		fmt.Fprintf(log, "styrmin-runner: write the termination message: %v\n", err)
	}
	if outcome.Outcome == Succeeded {
		return nil
	}
	fmt.Fprintf(log, "styrmin-runner: %s %s: %s\n", location, outcome.Outcome, outcome.Error)
	return exitError(outcome.ExitCode())
}

// action runs a flow in a Python process of its own.
func (r *Runner) action(ctx context.Context, location string, s secrets) Outcome {
	interpreter, err := r.interpreter()
	if err != nil {
		return Outcome{Outcome: Unloadable, Error: err.Error()}
	}
	scratch, err := os.MkdirTemp(r.Getenv("TMPDIR"), "styrmin-")
	if err != nil {
		return Outcome{Outcome: Failed, Error: fmt.Sprintf("make a scratch directory: %v; mount an emptyDir at /tmp", err)}
	}
	defer os.RemoveAll(scratch)
	path := filepath.Join(scratch, "outcome.json")

	var output tail
	child := exec.Command(interpreter, "-m", "styrmin_backend", location) //nolint:noctx // ended by forwarded signals, so that the flow can clean up
	child.Env = r.environment(ctx, path)
	out, errs := r.stream(r.Out, s), r.stream(r.Err, s)
	child.Stdout = io.MultiWriter(out, &output)
	child.Stderr = io.MultiWriter(errs, &output)
	defer out.flush()
	defer errs.flush()
	code, how, err := r.supervise(ctx, child)
	if err != nil {
		return Outcome{Outcome: Failed, Error: fmt.Sprintf("start %s: %v", interpreter, err)}
	}
	said, err := readOutcome(path)
	if err != nil {
		fmt.Fprintf(r.Err, "styrmin-runner: read the action's outcome: %v\n", err)
	}
	return judge(said, code, how, output.String())
}

// interpreter finds Python in the action's image.
func (r *Runner) interpreter() (string, error) {
	for _, name := range []string{r.Getenv("STYRMIN_PYTHON"), "python3", "python"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no python3 or python on the PATH; actions need Python 3.10 or newer and Prefect 3: " +
		"in the cluster an image such as prefecthq/prefect:3-latest, on a machine of your own STYRMIN_PYTHON=PATH")
}

// environment is the action's environment: the container's own, the Python
// package, and settings for Prefect that the container's own may override.
func (r *Runner) environment(ctx context.Context, outcome string) []string {
	env := append(prefectDefaults(), r.prefectSettings(ctx)...)
	env = append(env, r.Environ...)
	path := filepath.Join(filepath.Dir(r.Executable), PythonDir)
	if inherited := r.Getenv("PYTHONPATH"); inherited != "" {
		path += string(os.PathListSeparator) + inherited
	}
	return append(env,
		"PYTHONPATH="+path,
		"PYTHONUNBUFFERED=1",
		"STYRMIN_RUNNER="+r.self(),
		"STYRMIN_OUTCOME_FILE="+outcome,
	)
}

// self is how the Python package is told what to call: a path, or a command line as JSON.
func (r *Runner) self() string {
	if len(r.Self) == 0 {
		return r.Executable
	}
	words, _ := json.Marshal(r.Self) // cannot fail for strings
	return string(words)
}

// tail keeps the last lines of the output, standard and error, for a flow that dies
// without a word. Both may be written at a time.
type tail struct {
	lock sync.Mutex
	buf  []byte
}

const tailBytes = 2000

// outputDelay bounds how long output may stay open after the process ended.
const outputDelay = 2 * time.Second

func (t *tail) Write(p []byte) (int, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.buf = append(t.buf, p...)
	t.buf = t.buf[max(0, len(t.buf)-tailBytes):]
	return len(p), nil
}

func (t *tail) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	lines := bytes.Split(bytes.TrimSpace(t.buf), []byte("\n"))
	lines = lines[max(0, len(lines)-10):]
	return strings.ToValidUTF8(string(bytes.Join(lines, []byte("\n"))), "�")
}
