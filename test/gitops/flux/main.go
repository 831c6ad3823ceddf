// Command flux reconciles one HelmRelease as Flux's helm-controller does, for tests.
// The controller itself is a program of its own whose code nobody can import. Real are
// its API, that is what a HelmRelease says, with its methods for storage, retries and
// remediation, and Helm's action package, by which the controller changes releases. Of
// our own is the loop around them: it acts, and when that fails, it waits for as long
// as the HelmRelease says, and acts again.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	v2 "github.com/fluxcd/helm-controller/api/v2"
	"sigs.k8s.io/yaml"
)

func main() {
	chart := flag.String("chart", "", "directory of the chart, in place of Flux's source-controller")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *chart, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run reconciles the HelmRelease of a file until it is ready or its retries are exhausted.
func run(ctx context.Context, chart, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var hr v2.HelmRelease
	if err := yaml.UnmarshalStrict(data, &hr); err != nil {
		return fmt.Errorf("%s is no HelmRelease: %w", file, err)
	}
	c, err := newController(&hr, chart)
	if err != nil {
		return err
	}
	return c.reconcile(ctx)
}
