package engine

import (
	"context"
	"time"

	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// Verb is what the operator asked for.
type Verb string

const (
	// VerbSetup creates a deployment.
	VerbSetup Verb = "setup"
	// VerbUpgrade moves one that exists.
	VerbUpgrade Verb = "upgrade"
)

// Engine carries out runs with the operator's own permissions. It may be used
// for several runs, one after the other.
type Engine struct {
	// Kube and Client reach the cluster; Client knows the kinds of pkg/api/v1.
	Kube   kubernetes.Interface
	Client client.WithWatch
	// Helm works in the deployment's namespace.
	Helm *helm.Client
	// Components works in the deployment's namespace.
	Components *components.Client
	// Reporter is told what happens.
	Reporter Reporter
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Request is what an operator asks for.
type Request struct {
	Verb Verb
	// Driver is loaded and valid.
	Driver *driver.Driver
	// Register is true when the driver came from a directory and has to be
	// registered in the cluster first.
	Register bool
	// ChartDir is the directory that a chart's relative path starts from; empty
	// when the driver came from the cluster.
	ChartDir string
	// Desired is the deployment as it shall be.
	Desired *v1.StyrminDeployment
	// Again is what shall run once more although it succeeded.
	Again lifecycle.Again
	// ForgetPending is a revision of the Helm release that another client left pending and
	// on which, the operator asserts, nobody is at work any more: its record is deleted,
	// before any Job. 0 for none.
	ForgetPending int
	// Until stops the run after this mode; empty runs everything.
	Until v1.Mode
	// Timeout bounds Helm's wait for readiness.
	Timeout time.Duration
	// RollbackOnFailure rolls the release back when its change fails.
	RollbackOnFailure bool
	// Keyring is a file with public keys; the chart has to be signed with one of them. Empty asks for no signature.
	Keyring string
	// Loaded is the driver's chart where it is at hand; nil loads it from where the driver says.
	Loaded *helm.Chart
	// Detached is what an engine in the cluster knows of who sent it; nil for one that its user runs.
	Detached *Detached
}

// Outcome is how a request ended when it did not fail.
type Outcome struct {
	// Changed is false when there was nothing to do.
	Changed bool
	// Paused is true when the run stopped where Until said.
	Paused bool
	// Run is the run; nil when there was none.
	Run *v1.Run
}

// Do carries out what was prepared. An API server that fails for a while does not
// end it: the run is taken up again (see outage). It returns a *FailedError when the
// run stopped, an *AbortedError when somebody ended it for good, an
// *InterruptedError when ctx ended, after which the run stays resumable, a
// *lock.TakenError when somebody else drives the deployment, a *helm.HeldError when
// the gate held the release, a *RefusedError when the request makes no sense any
// more, an *EndingError when the namespace is being deleted, a *GoneError when the
// deployment is, an *UnfinishedError when the cluster failed while a run was under
// way, and else an error of the cluster.
func (e *Engine) Do(ctx context.Context, p *Prepared) (Outcome, error) {
	if err := e.register(ctx, p); err != nil {
		return Outcome{}, err
	}
	deployment, err := e.ensureDeployment(ctx, p)
	if err != nil {
		return Outcome{}, err
	}
	work := work{engine: e, prepared: p, lock: e.lockOf(deployment)}
	for {
		outcome, err := work.once(ctx)
		if !work.outlasts(ctx, err) {
			return outcome, e.orEnding(ctx, deployment, work.orUnfinished(ctx, err))
		}
	}
}

func (e *Engine) now() time.Time {
	if e.Now != nil {
		return e.Now()
	}
	return time.Now()
}
