package plugin_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/go-logr/logr"
	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/styrmin/kubectl-styrmin/plugin"
)

// update rewrites the golden files: go test ./plugin/... -update
var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	klog.SetLogger(logr.Discard())
	log.SetLogger(logr.Discard())
	testscript.Main(m, map[string]func(){
		"kubectl-styrmin":             func() { styrmin(plugin.Terminal{}) },
		"kubectl-styrmin-at-terminal": func() { styrmin(plugin.Terminal{Interactive: true}) },
	})
}

// styrmin is what cmd/kubectl-styrmin does, without signals.
func styrmin(terminal plugin.Terminal) {
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	os.Exit(plugin.Execute(context.Background(), streams, terminal, os.Args[1:]))
}

// TestScripts runs what needs no cluster.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:             "testdata/script",
		UpdateScripts:   *update,
		ContinueOnError: true,
		Cmds:            map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "prefect": prefect{t}.use},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
	})
}

// exits runs a program and checks its exit code: exits CODE PROGRAM [ARG…]
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	found := 0
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		found = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if found != want {
		ts.Logf("stdout: %s\nstderr: %s", ts.ReadFile("stdout"), ts.ReadFile("stderr"))
		ts.Fatalf("exit code: found %d, expected %d", found, want)
	}
}
