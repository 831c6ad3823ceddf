package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/styrmin/kubectl-styrmin/plugin"
)

// hintAfter is how long stopping may take before the user is told how to be quicker.
const hintAfter = 2 * time.Second

// interruptible returns a context that ends with the first signal to stop. The
// second one ends the process at once, whatever hangs.
func interruptible(errOut io.Writer) context.Context {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop()
		hint := time.AfterFunc(hintAfter, func() { _, _ = fmt.Fprintln(errOut, "stopping; interrupt once more to quit at once") })
		<-signals
		hint.Stop()
		os.Exit(plugin.ExitInterrupted)
	}()
	return ctx
}
