package plugin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

func newComponentCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "component",
		Short:   "Stop, start and look into parts of a deployed application",
		Long:    "Do by hand what actions do: the same primitives, with your own permissions. Components are named as\nin the deployment's driver.",
		GroupID: groupOperator,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newComponentStopCommand(o), newComponentStartCommand(o), newComponentRestartCommand(o), newComponentScaleCommand(o),
		newComponentWaitCommand(o), newComponentExecCommand(o), newComponentLogsCommand(o),
		newComponentBackupCommand(o), newComponentBackupsCommand(o), newComponentRestoreCommand(o), newComponentDeleteBackupCommand(o),
	)
	return cmd
}

// componentOptions are what the verbs of `component` share.
type componentOptions struct {
	*options
	name  string
	names []string
	// timeout of the whole; 0 is none.
	timeout time.Duration
	// check is what a verb itself checks of its command line.
	check func() error
}

// parts are a deployment's components, and a client that acts on them.
type parts struct {
	deployment *v1.StyrminDeployment
	client     *components.Client
	declared   components.Set
}

// open reads what the deployment's driver declares. Progress goes to stderr.
func (o *componentOptions) open(ctx context.Context) (*parts, error) {
	c, err := o.connect()
	if err != nil {
		return nil, err
	}
	deployment, err := c.deployment(ctx, o.name)
	if err != nil {
		return nil, err
	}
	declared, err := c.declared(ctx, deployment)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	acting, err := components.New(c.config, c.namespace, func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(o.ErrOut, progress.Clean(fmt.Sprintf(format, args...)))
	})
	if err != nil {
		return nil, err
	}
	if run := deployment.Status.Run; run != nil && run.EndedAt == nil {
		fmt.Fprintf(o.ErrOut, "note: run %s of %s is not over, and its actions may do otherwise\n", run.ID, o.name)
	}
	return &parts{deployment: deployment, client: acting.ForRelease(deployment.ReleaseName()), declared: declared}, nil
}

// declared reads the components from the driver that is deployed: that of the last run
// when it changed the release, or nothing was deployed before.
func (c *clients) declared(ctx context.Context, deployment *v1.StyrminDeployment) (components.Set, error) {
	run, active := deployment.Status.Run, deployment.Status.Active
	var digest string
	switch {
	case run != nil && (run.Revision > 0 || active == nil):
		digest = run.Instance
	case active != nil:
		digest = active.Instance
	default:
		return nil, &problemsError{message: fmt.Sprintf("StyrminDeployment %s/%s has had no run, so that nothing of it is deployed", c.namespace, deployment.Name)}
	}
	var frozen corev1.ConfigMap
	key := client.ObjectKey{Namespace: c.namespace, Name: instance.Name(deployment.Name, digest)}
	if err := c.client.Get(ctx, key, &frozen); err != nil {
		return nil, fmt.Errorf("read the driver of StyrminDeployment %s/%s: %w", c.namespace, deployment.Name, err)
	}
	driver, err := instance.ReadDriver(&frozen)
	if err != nil {
		return nil, err
	}
	return components.FromDriver(driver.Object.Spec), nil
}

// bounded gives the verb its time.
func (o *componentOptions) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, o.timeout)
}

// validate checks what all verbs take.
func (o *componentOptions) validate(args []string) error {
	o.name, o.names = args[0], args[1:]
	if o.timeout < 0 {
		return usagef("--timeout %s: expected a time above 0, such as 5m", o.timeout)
	}
	if err := checkName("NAME", o.name); err != nil || o.check == nil {
		return err
	}
	return o.check()
}
