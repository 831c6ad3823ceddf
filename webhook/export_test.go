package webhook

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Verdict judges a change of a deployment's release with a patience of its own.
func Verdict(ctx context.Context, c client.WithWatch, record *release.Record, deployment *v1.StyrminDeployment, patience time.Duration) (lifecycle.Verdict, error) {
	r := &rules{
		cluster: newCluster(c, Remember(c, logr.Discard()), logr.Discard()),
		now:     time.Now, waiting: make(limit, maxWaiting),
	}
	return r.verdict(ctx, change{record: record, deployment: deployment, storage: record.Namespace}, patience)
}

// NobodyGoverns is what is asked about a release that is installed where its records are.
func (m *Memory) NobodyGoverns(namespace, release string) bool {
	return m.nobodyGoverns(namespace, []string{namespace}, []string{release})
}

// NobodyGovernsAnywhere is what the glance at a record asks.
func (m *Memory) NobodyGovernsAnywhere(namespace, release string) bool {
	return m.nobodyGoverns(namespace, nil, []string{release})
}

// Governors is where a decision looks first.
func (m *Memory) Governors(namespace, release string) []string {
	return m.governors(namespace, release)
}

// Reading reads what the gate looks at.
type Reading struct{ cluster }

// NewReading has read nothing yet.
func NewReading(c client.WithWatch) Reading {
	return Reading{newCluster(c, Remember(c, logr.Discard()), logr.Discard())}
}

// Records are a release's.
func (r Reading) Records(ctx context.Context, namespace, releaseName string) ([]release.Record, error) {
	return r.records(ctx, namespace, releaseName)
}

// Instances are a deployment's.
func (r Reading) Instances(ctx context.Context, deployment *v1.StyrminDeployment) ([]lifecycle.Instance, error) {
	return r.instances(ctx, deployment)
}
