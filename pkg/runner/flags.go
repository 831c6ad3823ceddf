package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"
)

// The primitives as they were called before `call`; they go when nothing calls them any more.

func (r *Runner) componentCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "component"}
	for _, verb := range []string{"stop", "start"} {
		var deployment string
		var timeout time.Duration
		sub := &cobra.Command{Use: verb, RunE: func(cmd *cobra.Command, names []string) error {
			return r.callWith(cmd.Context(), verb+"_components", map[string]any{
				"deployment": deployment, "timeoutSeconds": timeout.Seconds(), "components": names,
			})
		}}
		sub.Flags().StringVar(&deployment, "deployment", "", "")
		sub.Flags().DurationVar(&timeout, "timeout", 0, "")
		cmd.AddCommand(sub)
	}
	return cmd
}

func (r *Runner) execCommand() *cobra.Command {
	var deployment, container, commands, expect, reject string
	var timeout time.Duration
	cmd := &cobra.Command{Use: "exec", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, names []string) error {
		request := map[string]any{
			"deployment": deployment, "timeoutSeconds": timeout.Seconds(), "component": names[0], "container": container,
			"commands": json.RawMessage(commands),
		}
		if expect != "" {
			request["expect"] = expect
		}
		if reject != "" {
			request["reject"] = reject
		}
		return r.callWith(cmd.Context(), "execute_commands", request)
	}}
	cmd.Flags().StringVar(&deployment, "deployment", "", "")
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "")
	cmd.Flags().StringVar(&container, "container", "", "")
	cmd.Flags().StringVar(&commands, "commands", "", "")
	cmd.Flags().StringVar(&expect, "expect", "", "")
	cmd.Flags().StringVar(&reject, "reject", "", "")
	return cmd
}

func (r *Runner) callWith(ctx context.Context, name string, request any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	with := *r
	with.In = bytes.NewReader(body)
	results, err := with.call(ctx, name)
	return r.answer(ctx, results, err)
}
