// Command cluster runs a real Kubernetes node on this machine, made of Go modules, Debian packages and PyPI wheels only.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"styrmin.local/test/cluster/internal/cache"
	"styrmin.local/test/cluster/internal/node"
)

func main() {
	if err := root().ExecuteContext(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

// app is what every command works with.
type app struct {
	source string
	cache  cache.Dir
	node   *node.Node
}

func root() *cobra.Command {
	a := &app{}
	cmd := &cobra.Command{
		Use:           "cluster",
		Short:         "A real Kubernetes node for tests, in namespaces of its own",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			var err error
			a.cache, err = cache.Open()
			if err == nil {
				a.node = node.New(a.cache, initCommand)
			}
			return err
		},
	}
	cmd.PersistentFlags().StringVar(&a.source, "source", "test/cluster", "directory of this program's module")
	cmd.AddCommand(a.up(), a.down(), a.init(), a.binaries(), a.images(), a.image(), a.kubeconfig(), a.daemon(), a.compact())
	return cmd
}
