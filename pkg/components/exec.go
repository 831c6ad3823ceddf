package components

import (
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// DefaultPodWait is how long Exec waits for a ready pod.
const DefaultPodWait = 2 * time.Minute

// ExecOptions say what to run, where, and where its output goes.
type ExecOptions struct {
	// Pod to run in; empty is the component's newest ready one.
	Pod string
	// AllPods runs the commands in every pod of the component, in one after the other.
	AllPods bool
	// PodWait bounds the wait for the pods to be ready; 0 is DefaultPodWait.
	PodWait time.Duration
	// Container to run in; empty is the pod's default container.
	Container string
	// Commands run one after the other until one fails. Each is a program and its
	// arguments: no shell interprets them.
	Commands [][]string
	// Environment is added to the container's own, by its program env. The API server
	// may log what is in it, as it may log the commands; Stdin is not logged.
	Environment map[string]string
	// Stdin is what each command reads.
	Stdin string
	// Stdout and Stderr receive the output as it comes; both may be nil.
	Stdout, Stderr io.Writer
	Judgement
}

// Judgement says when a command that exits with 0 has failed nevertheless. Some
// commands report a failure in words only.
type Judgement struct {
	// Expect must match a line of each command's output, when set.
	Expect *regexp.Regexp
	// Reject must match no line of any command's output, when set.
	Reject *regexp.Regexp
}

// Exec runs commands in pods of the component, waiting for them within bounds,
// and returns a result for each command that ended. A command that failed is a
// *CommandError, and the last.
//
// A command may take as long as the context allows: unlike a wait for pods, a
// migration has no usual length. When the context ends, Exec stops waiting;
// Kubernetes offers no way to end the command itself, which may run on in the container.
func (c *Client) Exec(ctx context.Context, component Component, opts ExecOptions) ([]Result, error) {
	if err := opts.check(); err != nil {
		return nil, fmt.Errorf("component %s: %w", component.Name, err)
	}
	pods, err := c.podsToRunIn(ctx, component, opts)
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, pod := range pods {
		ended, err := c.execIn(ctx, component, pod, opts)
		results = append(results, ended...)
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

// execIn runs the commands in one pod.
func (c *Client) execIn(ctx context.Context, component Component, pod corev1.Pod, opts ExecOptions) ([]Result, error) {
	container, err := containerOf(&pod, opts.Container)
	if err != nil {
		return nil, fmt.Errorf("component %s: %w", component.Name, err)
	}
	var results []Result
	for _, argv := range opts.Commands {
		c.report("running %q in %s, container %s", argv, pod.Name, container)
		result := Result{Component: component.Name, Pod: pod.Name, Container: container, Command: argv}
		why, err := c.run(ctx, &result, opts)
		if err != nil {
			return results, err
		}
		results = append(results, result)
		if why != "" {
			return results, &CommandError{Result: result, Why: why}
		}
	}
	return results, nil
}

// variable is what a shell takes for a variable's name.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// check finds what cannot be run.
func (o ExecOptions) check() error {
	if o.Pod != "" && o.AllPods {
		return fmt.Errorf("found the pod %s and all pods, expected one of both", o.Pod)
	}
	for _, argv := range o.Commands {
		if err := checkCommand(argv, o.Environment); err != nil {
			return err
		}
	}
	return nil
}

func checkCommand(argv []string, environment map[string]string) error {
	if len(argv) == 0 || argv[0] == "" {
		return fmt.Errorf("found an empty command, expected a program and its arguments")
	}
	for name := range environment {
		if !variable.MatchString(name) {
			return fmt.Errorf("found the variable %q in the environment, expected letters, digits and '_'", name)
		}
	}
	if len(environment) > 0 && strings.Contains(argv[0], "=") {
		return fmt.Errorf("the program %q has a '=' in its name; it cannot be given an environment", argv[0])
	}
	return nil
}

// command is what the container runs: exec itself knows no environment.
func (o ExecOptions) command(argv []string) []string {
	if len(o.Environment) == 0 {
		return argv
	}
	full := []string{"env"}
	for _, name := range slices.Sorted(maps.Keys(o.Environment)) {
		full = append(full, name+"="+o.Environment[name])
	}
	return append(full, argv...)
}
