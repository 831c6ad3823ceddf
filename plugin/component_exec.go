package plugin

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// componentExec are the flags of `component exec`.
type componentExec struct {
	componentOptions
	exec           components.ExecOptions
	variables      []string
	stdin          bool
	expect, reject string
}

// longestInput bounds what is read from stdin: it goes to every pod.
const longestInput = 64 << 20

func newComponentExecCommand(o *options) *cobra.Command {
	e := &componentExec{componentOptions: componentOptions{options: o}}
	cmd := &cobra.Command{
		Use:   "exec NAME COMPONENT -- PROGRAM [ARGUMENT…]",
		Short: "Run a command in a component's newest ready pod",
		Long: "Run a command in a component's newest ready pod, or in another one. No shell interprets the command.\nThe exit code is 0 when it succeeded and 1 when it failed, whatever its own exit code is: the message\n" +
			"tells that. --expect and --reject judge commands that report failures in words only.",
		Example: "  kubectl styrmin component exec notes server -n notes -- notes migrate\n  kubectl styrmin component exec notes server -n notes --reject 'FAILED|Traceback' -- notes migrate",
		Args:    cobra.MinimumNArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := e.complete(cmd.ArgsLenAtDash(), args); err != nil {
				return err
			}
			return e.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.exec.Pod, "pod", "", "The pod (default: the newest ready one).")
	f.BoolVar(&e.exec.AllPods, "all-pods", false, "Run it in every pod, one after the other.")
	f.StringVarP(&e.exec.Container, "container", "c", "", "The container (default: the pod's default one).")
	f.StringArrayVar(&e.variables, "env", nil, "Add NAME=VALUE to the environment; may be repeated. The API server may log it.")
	f.BoolVarP(&e.stdin, "stdin", "i", false, "Give the command what is on stdin.")
	f.StringVar(&e.expect, "expect", "", "Fail unless a line of the output matches this regular expression (RE2).")
	f.StringVar(&e.reject, "reject", "", "Fail when a line of the output matches this regular expression (RE2).")
	f.DurationVar(&e.exec.PodWait, "pod-wait", components.DefaultPodWait, "How long to wait for a ready pod.")
	f.DurationVar(&e.timeout, "timeout", 0, "How long to wait for the command (default: as long as it takes).")
	return cmd
}

// complete reads the command line.
func (e *componentExec) complete(dash int, args []string) error {
	if dash != 2 {
		return usagef("expected NAME, one COMPONENT and, after --, the command: kubectl styrmin component exec NAME COMPONENT -- PROGRAM [ARGUMENT…]")
	}
	e.exec.Commands = [][]string{args[2:]}
	if e.exec.AllPods && e.exec.Pod != "" {
		return usagef("--pod and --all-pods: expected one of both")
	}
	for _, variable := range e.variables {
		name, value, ok := strings.Cut(variable, "=")
		if !ok || name == "" {
			return usagef("--env: expected NAME=VALUE")
		}
		if e.exec.Environment == nil {
			e.exec.Environment = map[string]string{}
		}
		e.exec.Environment[name] = value
	}
	var err error
	if e.exec.Expect, err = pattern("--expect", e.expect); err != nil {
		return err
	}
	if e.exec.Reject, err = pattern("--reject", e.reject); err != nil {
		return err
	}
	return e.validate(args[:2])
}

// pattern is a flag's regular expression; nil for none.
func pattern(flag, text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, usagef("%s: found %q, expected a regular expression in RE2 syntax: %w", flag, text, err)
	}
	return compiled, nil
}

func (e *componentExec) run(ctx context.Context) error {
	ctx, cancel := e.bounded(ctx)
	defer cancel()
	if err := e.readInput(); err != nil {
		return err
	}
	p, err := e.open(ctx)
	if err != nil {
		return err
	}
	picked, err := p.declared.Pick(e.names...)
	if err != nil {
		return err
	}
	e.exec.Stdout, e.exec.Stderr = e.Out, e.ErrOut
	_, err = p.client.Exec(ctx, picked[0], e.exec)
	var failed *components.CommandError
	if errors.As(err, &failed) {
		return &problemsError{message: failed.Verdict()} // the output has been shown
	}
	return err
}

func (e *componentExec) readInput() error {
	if !e.stdin {
		return nil
	}
	input, err := io.ReadAll(io.LimitReader(e.In, longestInput+1))
	if err != nil {
		return err
	}
	if len(input) > longestInput {
		return usagef("--stdin: found more than %d MiB, expected less", longestInput>>20)
	}
	e.exec.Stdin = string(input)
	return nil
}
