package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// open connects to a deployment's namespace and reads the instance's components.
func (r *Runner) open(deployment string) (*call, error) {
	own := r.Getenv("STYRMIN_DEPLOYMENT_ID")
	if deployment == "" {
		deployment = own
	}
	if own != "" && deployment != own {
		return nil, &usageError{fmt.Errorf("the deployment is %q, but this action runs for %q and acts on that only", deployment, own)}
	}
	namespace, name, ok := strings.Cut(deployment, "/")
	if !ok || namespace == "" || name == "" {
		return nil, &usageError{fmt.Errorf("the deployment is %q, expected NAMESPACE/NAME", deployment)}
	}
	declared, err := r.declared()
	if err != nil {
		return nil, err
	}
	release, err := r.release()
	if err != nil {
		return nil, err
	}
	config, err := r.Config()
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	l := &log{to: r.Err}
	client, err := components.New(config, namespace, l.printf)
	if err != nil {
		return nil, err
	}
	run := r.Getenv("STYRMIN_RUN") + "/" + r.Getenv("STYRMIN_ACTION")
	return &call{client: client.ForRelease(release), declared: declared, run: run, action: r.ownAction(name), log: l}, nil
}

// ownAction is the action whose pod this is. A pod's host name is its own name.
func (r *Runner) ownAction(deployment string) action {
	return action{target: r.Getenv("STYRMIN_TARGET_VERSION"), upgrade: components.Upgrade{
		Deployment: deployment, Run: r.Getenv("STYRMIN_RUN"), Mode: v1.Mode(r.Getenv("STYRMIN_MODE")), Pod: r.Getenv("HOSTNAME"),
	}}
}

// release reads the Helm release's name from the instance's context; the
// context may be absent outside a pod.
func (r *Runner) release() (string, error) {
	path := filepath.Join(r.instance(), "context", "context.json")
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
func (r *Runner) instance() string {
	if dir := r.Getenv("STYRMIN_INSTANCE_DIR"); dir != "" {
		return dir
	}
	return "/instance"
}

// declared reads the components from the instance's driver.
func (r *Runner) declared() (components.Set, error) {
	path := filepath.Join(r.instance(), "driver", "driver.json")
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
