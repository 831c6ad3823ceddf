// kubectl-styrmin is the kubectl plugin.
package main

import (
	"os"

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
	ctx := interruptible(os.Stderr)
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	os.Exit(plugin.Execute(ctx, streams, terminal(), os.Args[1:]))
}

// terminal says which of the process's streams are terminals.
func terminal() plugin.Terminal {
	t := plugin.Terminal{
		Color: color(os.Stdout), ErrColor: color(os.Stderr), Interactive: isTerminal(os.Stdin) && isTerminal(os.Stdout),
	}
	if _, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && !dumb() {
		t.Size = size
	}
	return t
}

// color is true for a terminal that wants colours.
func color(stream *os.File) bool {
	return isTerminal(stream) && os.Getenv("NO_COLOR") == "" && !dumb()
}

func dumb() bool { return os.Getenv("TERM") == "dumb" }

func isTerminal(stream *os.File) bool { return term.IsTerminal(int(stream.Fd())) }

// size is stdout's; that of the first terminals when it is not known any more.
func size() (width, height int) {
	width, height, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		return 80, 24
	}
	return width, height
}
