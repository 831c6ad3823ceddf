package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// detachFlags send the engine into the cluster.
type detachFlags struct {
	detach  bool
	account string
	given   func(flag string) bool
}

func (f *detachFlags) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&f.detach, "detach", false, "Let an engine in the cluster, a Job, do it, once everything is checked; the command ends when that has begun.")
	flags.StringVar(&f.account, "engine-service-account", detached.DefaultServiceAccount, "Service account that the engine works as with --detach; the default may do what the role edit may.")
	f.given = flags.Changed
}

// validate checks the command line; output is the format that it asks for.
func (f *detachFlags) validate(output string) error {
	switch {
	case f.detach && output != "":
		return usagef("--detach ends when the engine has begun, and -o %s tells of a run to its end: follow it with `kubectl styrmin status NAME --watch -o %s`", output, output)
	case !f.detach && f.given != nil && f.given("engine-service-account"):
		return usagef("--engine-service-account says what an engine in the cluster works as: give --detach, too")
	}
	return nil
}

const (
	// requestIDLength is enough for the requests whose objects exist at a time.
	requestIDLength = 8
	// awaitEngine is how long a command waits for the engine that it sent to begin.
	awaitEngine = 90 * time.Second
)

// checkDetached refuses to detach what could not be, before anything is changed.
func (r *runOptions) checkDetached(ctx context.Context, c *clients) error {
	if !r.cluster.detach {
		return nil
	}
	if err := detached.Refuse(ctx, c.kube, c.namespace, r.name); err != nil {
		return err
	}
	return detached.CheckAccount(ctx, c.kube, c.namespace, r.cluster.account)
}

// send lets an engine in the cluster carry out what was prepared.
func (r *runOptions) send(ctx context.Context, e *engine.Engine, prepared *engine.Prepared) error {
	from := engine.Detached{ID: rand.String(requestIDLength), RequestedBy: e.WhoAmI(ctx), Expected: prepared.Expectation()}
	request, err := detached.Pack(prepared, from, r.again)
	if err != nil {
		return err
	}
	deployment, err := e.Admit(ctx, prepared)
	if err != nil {
		return err
	}
	job, err := detached.Send(ctx, e.Kube, detached.Spec{
		Deployment: deployment, Settings: jobs.Settings(prepared.Desired, ""), ServiceAccount: r.cluster.account,
		ID: from.ID, Bound: detached.Bound(prepared), HelmDriver: os.Getenv("HELM_DRIVER"),
	}, request)
	if err != nil {
		return err
	}
	return r.sent(ctx, e, job, from)
}

// sent waits until the engine has begun, and says how to follow it.
func (r *runOptions) sent(ctx context.Context, e *engine.Engine, job *batchv1.Job, from engine.Detached) error {
	fmt.Fprintf(r.Out, "the engine is Job %s in namespace %s, as service account %s\n", job.Name, job.Namespace, r.cluster.account)
	waits, err := detached.Await(ctx, e.Kube, job, awaitEngine, func(ctx context.Context) (bool, error) {
		run, err := e.Recorded(ctx, job.Namespace, r.name)
		return from.Sent(run), err
	})
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w; the engine goes on in the cluster: %s", errInterrupted, r.follow(job))
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("wait for the engine: %w", err)
	case err != nil:
		return err
	case waits != "":
		fmt.Fprintf(r.Out, "it has not begun within %s: %s\n", awaitEngine, waits)
	}
	fmt.Fprintf(r.Out, "Follow the run:        %s\nIts actions' output:   kubectl styrmin logs %s -n %s --follow\nThe engine's output:   kubectl logs -n %s job/%s --follow\n",
		r.follow(job), r.name, job.Namespace, job.Namespace, job.Name)
	return nil
}

func (r *runOptions) follow(job *batchv1.Job) string {
	return fmt.Sprintf("kubectl styrmin status %s -n %s --watch", r.name, job.Namespace)
}
