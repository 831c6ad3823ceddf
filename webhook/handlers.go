package webhook

import (
	"context"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/waited"
)

// The paths that the webhook configurations in manifests/webhook name.
const (
	PathRelease    = "/validate-release"
	PathWarn       = "/warn-release"
	PathRecord     = "/validate-record"
	PathDriver     = "/validate-driver"
	PathDeployment = "/validate-deployment"
	PathInstance   = "/validate-instance"
	PathMutateJob  = "/mutate-job"
	PathJob        = "/validate-job"
	PathExec       = "/validate-exec"
)

// Settings decide what is trusted.
type Settings struct {
	// JobControllers are the users that may write the status of Jobs.
	JobControllers []string
	// ActionImage and RunnerImage are what Jobs use where the StyrminDeployment
	// names none; both are trusted in every namespace.
	ActionImage, RunnerImage string
	// Patience is how long a change waits for running pre actions before it is
	// held; 0 for not at all. It is below the time-out of the webhook configuration.
	Patience time.Duration
}

// DefaultPatience leaves a third of the 15 seconds that the manifests give a release.
const DefaultPatience = 10 * time.Second

// DefaultJobControllers are the names of the Job controller: with its own
// service account, and within a controller manager that has one identity.
func DefaultJobControllers() []string {
	return []string{"system:serviceaccount:kube-system:job-controller", "system:kube-controller-manager"}
}

// Scheme knows every kind that the webhook reads.
func Scheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return scheme, v1.AddToScheme(scheme)
}

// judge decides about one request.
type judge func(ctx context.Context, req admission.Request) answer

// rules holds what the judges share.
type rules struct {
	cluster
	settings Settings
	decoder  admission.Decoder
	now      func() time.Time
	// waiting bounds how many wait at a time; see limits.go.
	waiting limit
}

// Mux serves handlers at paths.
type Mux interface {
	Register(path string, handler http.Handler)
}

// Register serves every handler. The context ends when the server is told to end.
func Register(serving context.Context, mux Mux, scheme *runtime.Scheme, direct client.WithWatch, memory *Memory, log logr.Logger, settings Settings) {
	mux = finishing{mux: mux, serving: serving}
	r := &rules{
		cluster:  newCluster(direct, memory, log),
		settings: settings, decoder: admission.NewDecoder(scheme), now: time.Now, waiting: make(limit, maxWaiting),
	}
	for path, judge := range map[string]judge{
		PathDriver:     r.driver,
		PathDeployment: r.deployment,
		PathInstance:   r.instance,
		PathMutateJob:  r.mutateJob,
		PathJob:        r.job,
		PathExec:       r.exec,
	} {
		mux.Register(path, r.served(judge))
	}
	mux.Register(PathRelease, &glance{rules: r, next: r.served(r.release)})
	mux.Register(PathWarn, &glance{rules: r, next: r.served(r.warn)})
	mux.Register(PathRecord, &glance{rules: r, next: r.served(r.record)})
}

// served answers with what the judge says, and leaves one line and one count per decision.
func (r *rules) served(decide judge) http.Handler {
	handler := admission.HandlerFunc(func(ctx context.Context, req admission.Request) admission.Response {
		a := decide(ctx, req)
		r.note(ctx, req, a)
		return a.response()
	})
	return &admission.Webhook{Handler: handler, WithContextFunc: started}
}

// startKey is for the time at which a request arrived, before it was read.
type startKey struct{}

// started notes when a request arrived, unless that was done, and that nothing was read for it.
func started(ctx context.Context, _ *http.Request) context.Context {
	if _, noted := ctx.Value(startKey{}).(time.Time); noted {
		return ctx
	}
	return context.WithValue(context.WithValue(ctx, startKey{}, time.Now()), readingKey{}, &waited.Clock{})
}

// note counts a decision, and logs it. What it took includes reading the request, and
// waiting for the API server.
func (r *rules) note(ctx context.Context, req admission.Request, a answer) {
	since, _ := ctx.Value(startKey{}).(time.Time)
	took := time.Since(since)
	decisions.WithLabelValues(req.Kind.Kind, a.counted(), a.reason).Inc()
	latency.WithLabelValues(req.Kind.Kind).Observe(took.Seconds())
	reading := time.Duration(0)
	if r := readingOf(ctx); r != nil {
		reading = r.SoFar()
	}
	ownTime.WithLabelValues(req.Kind.Kind).Observe((took - reading).Seconds())
	line := r.log.WithValues(
		"kind", req.Kind.Kind, "operation", req.Operation, "subresource", req.SubResource,
		"namespace", req.Namespace, "name", req.Name, "user", req.UserInfo.Username,
		"outcome", a.counted(), "reason", a.reason, "took", took.Round(time.Millisecond).String(),
		"reading", reading.Round(time.Millisecond).String(),
	)
	if a.outcome == outcomeAllowed || a.outcome == outcomeNotGoverned {
		line.Info("decision")
	} else {
		line.Info("decision", "message", a.message)
	}
}
