package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// execFlags are the flags of exec, as given.
type execFlags struct {
	primitive
	container, commands, expect, reject string
	stdout, stderr                      *lines
}

func (r *Runner) execCommand() *cobra.Command {
	f := &execFlags{primitive: primitive{Runner: r}}
	cmd := &cobra.Command{
		Use:   "exec NAME [--container C] -- COMMAND [ARGUMENT…]",
		Short: "Run commands in a component's newest ready pod",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := f.options(args[1:])
			if err != nil {
				return err
			}
			return f.do(cmd.Context(), func(ctx context.Context, client *components.Client, declared components.Set) ([]components.Result, error) {
				picked, err := declared.Pick(args[0])
				if err != nil {
					return nil, err
				}
				defer f.stdout.flush()
				defer f.stderr.flush()
				return client.Exec(ctx, picked[0], opts)
			})
		},
	}
	f.flags(cmd)
	cmd.Flags().StringVar(&f.container, "container", "", "the container; by default the pod's default one")
	cmd.Flags().StringVar(&f.commands, "commands", "", `several commands as JSON, [["a","b"],["c"]], instead of COMMAND`)
	cmd.Flags().StringVar(&f.expect, "expect", "", "fail unless a line of each command's output matches this regular expression")
	cmd.Flags().StringVar(&f.reject, "reject", "", "fail when a line of any command's output matches this regular expression")
	return cmd
}

// options turns flags into what to run.
func (f *execFlags) options(command []string) (components.ExecOptions, error) {
	var mu sync.Mutex
	f.stdout, f.stderr = &lines{to: f.Err, mu: &mu}, &lines{to: f.Err, mu: &mu}
	opts := components.ExecOptions{Container: f.container, Stdout: f.stdout, Stderr: f.stderr}
	switch {
	case f.commands != "" && len(command) > 0:
		return opts, fmt.Errorf("give either --commands or a command after --, not both")
	case f.commands != "":
		if err := json.Unmarshal([]byte(f.commands), &opts.Commands); err != nil {
			return opts, fmt.Errorf("--commands: expected a JSON list of lists of strings: %w", err)
		}
	case len(command) > 0:
		opts.Commands = [][]string{command}
	default:
		return opts, fmt.Errorf("no command: give one after --, or --commands")
	}
	var err error
	if opts.Expect, err = pattern("expect", f.expect); err != nil {
		return opts, err
	}
	opts.Reject, err = pattern("reject", f.reject)
	return opts, err
}

func pattern(flag, text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return re, nil
}

// lines passes on whole lines, so that two streams do not mix within one.
type lines struct {
	to   io.Writer
	mu   *sync.Mutex
	rest []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	end := bytes.LastIndexByte(l.rest, '\n') + 1
	if end == 0 && len(l.rest) < components.TailBytes {
		return len(p), nil
	}
	if end == 0 {
		end = len(l.rest)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.to.Write(l.rest[:end]); err != nil {
		return 0, err
	}
	l.rest = append(l.rest[:0], l.rest[end:]...)
	return len(p), nil
}

// flush passes on a last line that does not end.
func (l *lines) flush() {
	if len(l.rest) > 0 {
		_, _ = l.Write([]byte("\n"))
	}
}
