package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// daemon and compact are for tests of what happens when a part of the cluster fails.
func (a *app) daemon() *cobra.Command {
	cmd := &cobra.Command{Use: "daemon", Short: "Stop and start single daemons of the running cluster"}
	for _, c := range []struct {
		use, short string
		verbs      []string
	}{
		{"stop", "End a daemon as a crash would; the cluster goes on without it", []string{"stop"}},
		{"start", "Start a daemon that was stopped, and wait until it works", []string{"start"}},
		{"restart", "Stop a daemon and start it again", []string{"stop", "start"}},
	} {
		cmd.AddCommand(&cobra.Command{
			Use: c.use + " NAME", Short: c.short, Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				for _, verb := range c.verbs {
					if err := a.node.Tell(cmd.Context(), verb, args[0]); err != nil {
						return err
					}
				}
				return nil
			},
		})
	}
	return cmd
}

func (a *app) compact() *cobra.Command {
	return &cobra.Command{
		Use:   "compact",
		Short: "Make etcd forget all but the newest version of every object",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			revision, err := a.node.Compact(cmd.Context())
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "compacted up to revision %s\n", revision)
			}
			return err
		},
	}
}
