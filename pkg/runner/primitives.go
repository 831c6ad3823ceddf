package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// answer is what a primitive writes to standard output; progress goes to standard error.
type answer struct {
	Results []components.Result `json:"results,omitempty"`
	Error   *problem            `json:"error,omitempty"`
}

// problem is a failed primitive. Result is set when a command ran and failed.
type problem struct {
	Message string             `json:"message"`
	Result  *components.Result `json:"result,omitempty"`
}

// primitive is what the primitives' commands have in common.
type primitive struct {
	*Runner
	deployment string
	timeout    time.Duration
}

func (p *primitive) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.deployment, "deployment", p.Getenv("STYRMIN_DEPLOYMENT_ID"), "the deployment, NAMESPACE/NAME")
	cmd.Flags().DurationVar(&p.timeout, "timeout", 0, "how long to wait; 0 is the default of the primitive")
}

// do runs a primitive and writes its answer.
func (p *primitive) do(ctx context.Context, work func(context.Context, *components.Client, components.Set) ([]components.Result, error)) error {
	if p.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.timeout)
		defer cancel()
	}
	var reply answer
	client, declared, err := p.open()
	if err == nil {
		reply.Results, err = work(ctx, client, declared)
	}
	if err != nil {
		reply.Error = problemOf(err)
	}
	if encodeErr := json.NewEncoder(p.Out).Encode(reply); encodeErr != nil {
		return fmt.Errorf("write the answer: %w", encodeErr)
	}
	if err != nil {
		return exitError(ExitFailed)
	}
	return nil
}

func problemOf(err error) *problem {
	var command *components.CommandError
	if errors.As(err, &command) {
		return &problem{Message: err.Error(), Result: &command.Result}
	}
	return &problem{Message: err.Error()}
}

// open connects to the deployment's namespace and reads the instance's components.
func (p *primitive) open() (*components.Client, components.Set, error) {
	namespace, name, ok := strings.Cut(p.deployment, "/")
	if !ok || namespace == "" || name == "" {
		return nil, nil, fmt.Errorf("the deployment is %q, expected NAMESPACE/NAME", p.deployment)
	}
	declared, err := p.declared()
	if err != nil {
		return nil, nil, err
	}
	config, err := p.Config()
	if err != nil {
		return nil, nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	var mu sync.Mutex
	client, err := components.New(config, namespace, func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(p.Err, format+"\n", args...)
	})
	if err != nil {
		return nil, nil, err
	}
	release, err := p.release()
	return client.ForRelease(release), declared, err
}

// release reads the Helm release's name from the instance's context; the
// context may be absent outside a pod.
func (p *primitive) release() (string, error) {
	path := filepath.Join(p.instance(), "context", "context.json")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the instance's context: %w", err)
	}
	var frozen struct {
		Instance struct{ Release string }
	}
	if err := json.Unmarshal(content, &frozen); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return frozen.Instance.Release, nil
}

// instance is the directory where the instance is mounted.
func (p *primitive) instance() string {
	if dir := p.Getenv("STYRMIN_INSTANCE_DIR"); dir != "" {
		return dir
	}
	return "/instance"
}

// declared reads the components from the instance's driver.
func (p *primitive) declared() (components.Set, error) {
	path := filepath.Join(p.instance(), "driver", "driver.json")
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the instance's driver: %w", err)
	}
	var driver v1.ApplicationDriver
	if err := json.Unmarshal(content, &driver); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return components.FromDriver(driver.Spec), nil
}

func (r *Runner) componentCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "component", Short: "Stop or start components"}
	cmd.AddCommand(
		r.scaleCommand("stop", "Scale components to nothing and wait until their pods are gone", (*components.Client).Stop),
		r.scaleCommand("start", "Scale components to what they were and wait until their pods are ready", (*components.Client).Start),
	)
	return cmd
}

func (r *Runner) scaleCommand(verb, short string, scale func(*components.Client, context.Context, ...components.Component) error) *cobra.Command {
	p := &primitive{Runner: r}
	cmd := &cobra.Command{
		Use:   verb + " NAME…",
		Short: short,
		RunE: func(cmd *cobra.Command, names []string) error {
			return p.do(cmd.Context(), func(ctx context.Context, client *components.Client, declared components.Set) ([]components.Result, error) {
				picked, err := declared.Pick(names...)
				if err != nil || len(picked) == 0 {
					return nil, err
				}
				return nil, scale(client, ctx, picked...)
			})
		},
	}
	p.flags(cmd)
	return cmd
}
