package main

import (
	"github.com/spf13/cobra"

	"styrmin.local/test/cluster/internal/node"
	"styrmin.local/test/cluster/internal/pki"
)

func (a *app) kubeconfig() *cobra.Command {
	var subject pki.Subject
	cmd := &cobra.Command{
		Use:   "kubeconfig --user NAME [--group NAME]…",
		Short: "Print a kubeconfig for another user, who has no rights until RBAC gives them some",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			authority, err := a.node.Authority()
			if err != nil {
				return err
			}
			data, err := authority.Kubeconfig(node.Server, subject)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(data)
			return err
		},
	}
	cmd.Flags().StringVar(&subject.User, "user", "", "the user's name")
	cmd.Flags().StringSliceVar(&subject.Groups, "group", nil, "a group the user is in; repeat or separate by commas")
	cmd.MarkFlagRequired("user")
	return cmd
}
