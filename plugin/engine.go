package plugin

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
)

// newEngineCommand is what the Job of a detached run runs. It is no verb for people.
func newEngineCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:    "engine DIR",
		Short:  "Carry out the request that --detach packed into DIR",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return (&runOptions{options: o}).carryOut(cmd.Context(), args[0])
		},
	}
}

// carryOut does what was packed. It may be the engine's first start, or any later one.
func (r *runOptions) carryOut(ctx context.Context, dir string) error {
	c, err := r.connect()
	if err != nil {
		return err
	}
	e, err := r.engine(c)
	if err != nil {
		return err
	}
	request, command, err := detached.Unpack(ctx, os.DirFS(dir), e.Helm.Charts)
	if err != nil {
		return err
	}
	r.name, r.again = request.Desired.Name, command
	if err := e.Preflight(ctx, c.namespace); err != nil {
		return err
	}
	run, err := e.Recorded(ctx, c.namespace, r.name)
	if err != nil {
		return err
	}
	if over, err := detached.GoOn(&request, run); over || err != nil {
		return err
	}
	prepared, err := e.Prepare(ctx, request)
	if err != nil {
		return err
	}
	return r.do(ctx, e, prepared)
}
