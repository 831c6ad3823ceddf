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
		cluster: cluster{client: c, memory: Remember(c, logr.Discard()), log: logr.Discard(), decoding: make(limit, maxDecoding)},
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
