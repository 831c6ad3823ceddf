// styrmin-runner runs the actions of a Styrmin driver inside their pods.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"

	"github.com/styrmin/kubectl-styrmin/pkg/runner"
)

func main() {
	// client-go logs connections that end early on its own; the primitives report them.
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	executable, err := os.Executable()
	if err != nil {
		fmt.Fprintf(os.Stderr, "styrmin-runner: find this binary: %v\n", err)
		os.Exit(runner.ExitFailed)
	}
	r := &runner.Runner{
		Streams:     runner.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr},
		Args:        os.Args[1:],
		Getenv:      os.Getenv,
		Environ:     os.Environ(),
		Executable:  executable,
		Config:      config,
		Termination: runner.TerminationLog,
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := r.Run(ctx)
	stop()
	os.Exit(code)
}

// config is the pod's own, or KUBECONFIG's outside a pod.
func config() (*rest.Config, error) {
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		clientcmd.NewDefaultClientConfigLoadingRules(), nil).ClientConfig()
}
