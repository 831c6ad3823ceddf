// kubectl-styrmin is the kubectl plugin.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"golang.org/x/term"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/styrmin/kubectl-styrmin/plugin"
)

func main() {
	// client-go logs what it does on its own; what matters comes back as errors.
	klog.SetLogger(logr.Discard())
	// Without a logger, controller-runtime prints a stack trace after 30 seconds.
	log.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the second one ends the process at once.
	context.AfterFunc(ctx, stop)
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	terminal := plugin.Terminal{Color: color(os.Stdout), ErrColor: color(os.Stderr), Interactive: isTerminal(os.Stdin) && isTerminal(os.Stdout)}
	os.Exit(plugin.Execute(ctx, streams, terminal, os.Args[1:]))
}

// color is true for a terminal that wants colours.
func color(stream *os.File) bool {
	return isTerminal(stream) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func isTerminal(stream *os.File) bool { return term.IsTerminal(int(stream.Fd())) }
