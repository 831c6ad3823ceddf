package doctor

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// Doctor looks at a cluster with the user's own permissions.
type Doctor struct {
	// Client knows the kinds of Kubernetes and ours.
	Client client.Client
	Kube   kubernetes.Interface
	// Namespace is where the user's permissions as an operator are asked for.
	Namespace string
	// Version is the plugin's own.
	Version string
	// Now is the clock by which ages and expiries are judged; nil means time.Now.
	Now func() time.Time
}

// check is one question to the cluster. An error means that it could not be answered.
type check struct {
	name string
	run  func(context.Context, *examination) ([]Finding, error)
}

// checks are all there are, in the order in which they build upon each other.
var checks = []check{
	{"server", server},
	{"crds", crds},
	{"webhook-configurations", configurations},
	{"pod-policy", podPolicy},
	{"roles", roles},
	{"workload", workload},
	{"replicas", replicas},
	{"certificate", certificates},
	{"webhook-answers", answers},
	{"failure-policy", failurePolicy},
	{"job-controller", jobController},
	{"versions", versions},
	{"namespaces", namespaces},
	{"deployments", readable},
	{"gate", gate},
	{"accounts", accounts},
	{"permissions", permissions},
	{"records", records},
	{"pending-releases", pending},
	{"break-glass", breakGlass},
	{"locks", locks},
	{"prefect", prefect},
}

// examination is what the checks share: what is installed, as this version would
// install it with the settings found, and what is governed.
type examination struct {
	Doctor
	now         time.Time
	options     install.Options
	rendered    []*unstructured.Unstructured
	namespaces  []corev1.Namespace
	deployments []v1.StyrminDeployment
	// unreadable are the deployments that are none by their Go type, with the reason.
	unreadable []unreadable
}

// Examine makes all checks. The error is that of a cluster which does not answer, or
// does not let the user read the least; what a single check may not read is a finding.
func (d Doctor) Examine(ctx context.Context) (Report, error) {
	e := &examination{Doctor: d, now: time.Now()}
	if d.Now != nil {
		e.now = d.Now()
	}
	if err := e.gather(ctx); err != nil {
		return Report{}, err
	}
	report := Report{Findings: []Finding{}}
	for _, c := range checks {
		findings, err := c.run(ctx, e)
		if ctx.Err() != nil {
			return Report{}, context.Cause(ctx)
		}
		if err != nil {
			findings = append(findings, unanswered(err))
		}
		for i := range findings {
			findings[i].Check = c.name
		}
		report.add(findings...)
	}
	return report, nil
}

// gather reads what the checks share.
func (e *examination) gather(ctx context.Context) error {
	var all corev1.NamespaceList
	if err := e.Client.List(ctx, &all); err != nil {
		return fmt.Errorf("list namespaces: %w", err)
	}
	ending := map[string]bool{} // what of these is gone already, is not amiss
	for _, namespace := range all.Items {
		ending[namespace.Name] = namespace.DeletionTimestamp != nil
		if _, labelled := namespace.Labels[v1.LabelGate]; labelled && !ending[namespace.Name] {
			e.namespaces = append(e.namespaces, namespace)
		}
	}
	if err := e.gatherDeployments(ctx, ending); err != nil {
		return err
	}
	var err error
	if e.options, err = install.Observe(ctx, e.Client); err != nil {
		return err
	}
	e.rendered, err = install.Render(e.options)
	return err
}

// unanswered is a check that could not be made.
func unanswered(err error) Finding {
	f := Finding{Level: Warning, Found: "could not be checked: " + err.Error(), Why: "What is not known may be wrong."}
	if apierrors.IsForbidden(err) {
		f.Next = "run `kubectl styrmin doctor` with the permissions of a platform admin"
	}
	return f
}

// gateOf is the policy that a namespace opted in with; empty when it did not.
func (e *examination) gateOf(namespace string) string {
	for _, n := range e.namespaces {
		if n.Name == namespace {
			return n.Labels[v1.LabelGate]
		}
	}
	return ""
}

// judged tells whether the webhook is asked about changes in a namespace.
func (e *examination) judged(namespace string) bool {
	gate := e.gateOf(namespace)
	return (gate == v1.GateEnforce || gate == v1.GateWarn) && !install.Excluded(namespace)
}

// reinstall is the command that makes what is installed as this version renders it.
func (e *examination) reinstall() string { return e.options.Command() }
