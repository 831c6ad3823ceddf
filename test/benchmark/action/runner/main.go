// timed-runner is styrmin-runner, which also tells when it did what. It is for `make bench-action`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/runner"
)

func main() {
	began := time.Now()
	executable, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "timed-runner:", err)
		os.Exit(runner.ExitFailed)
	}
	calls := &api{}
	r := &runner.Runner{
		Streams:     runner.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr},
		Args:        os.Args[1:],
		Getenv:      os.Getenv,
		Environ:     append(os.Environ(), fmt.Sprintf("CLOCK_RUNNER=%d", began.UnixNano())),
		Executable:  executable,
		Config:      func() (*rest.Config, error) { return calls.watch(rest.InClusterConfig()) },
		Termination: runner.TerminationLog,
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := r.Run(ctx)
	stop()
	if path := os.Getenv("CLOCK_CALLS"); path != "" {
		if err := calls.write(path, began); err != nil {
			fmt.Fprintln(os.Stderr, "timed-runner:", err)
		}
	}
	os.Exit(code)
}
