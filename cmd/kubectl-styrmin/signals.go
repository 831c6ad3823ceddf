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

const (
	// hintAfter is how long stopping may take before the user is told how to be quicker.
	hintAfter = 2 * time.Second
	// oneSignal is how long signals count as one: timeout(1) sends each to the
	// process and to its group, so that it comes twice.
	oneSignal = 100 * time.Millisecond
)

// interruptible returns a context that ends with the first signal to stop. The
// second one ends the process at once, whatever hangs.
func interruptible(errOut io.Writer) context.Context {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		obey(signals, stop, func() { _, _ = fmt.Fprintln(errOut, "stopping; interrupt once more to quit at once") })
		os.Exit(plugin.ExitInterrupted)
	}()
	return ctx
}

// obey calls stop at the first signal, and hint when there has been no second one
// for a while. It returns at the second.
func obey(signals <-chan os.Signal, stop, hint func()) {
	<-signals
	stop()
	first, hinting := time.Now(), time.AfterFunc(hintAfter, hint)
	defer hinting.Stop()
	for range signals {
		if time.Since(first) > oneSignal {
			return
		}
	}
}
