package doctor

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// probeRelease is a release that nobody has.
const probeRelease = "styrmin-doctor"

// probeRevision is one that no release reaches.
const probeRevision = 999999

// gate tries in every namespace that opted in, as dry runs, that records of
// releases which nobody governs are let in and that nonsense about a governed one is not.
func gate(ctx context.Context, e *examination) ([]Finding, error) {
	var findings []Finding
	tried := 0
	for _, namespace := range e.namespaces {
		if !e.judged(namespace.Name) {
			continue
		}
		tried++
		err := e.offer(ctx, namespace.Name, probeRelease)
		if err != nil && !ours(err) && !unreached(err) {
			return findings, fmt.Errorf("offer a release record in namespace %s (a dry run): %w", namespace.Name, err)
		}
		if err != nil {
			findings = append(findings, Finding{
				Level: Problem, Found: fmt.Sprintf("in namespace %s the record of a release that nobody governs is refused (a dry run): %v", namespace.Name, err),
				Why: "No Helm release can be changed there, governed or not.", Next: fmt.Sprintf("kubectl -n %s logs deployment/%s", v1.SystemNamespace, install.WebhookName),
			})
		}
	}
	held, more, err := e.holds(ctx)
	if err != nil {
		return append(findings, more...), err
	}
	findings = append(findings, more...)
	return orFine(findings, "releases that nobody governs pass in %s, and nonsense about %s does not (dry runs)", plural(tried, "namespace"), plural(held, "governed release")), nil
}

// holds offers unreadable records of governed releases, which are never let in where the gate enforces.
func (e *examination) holds(ctx context.Context) (tried int, findings []Finding, err error) {
	for _, d := range e.deployments {
		if !e.judged(d.Namespace) || e.gateOf(d.Namespace) != v1.GateEnforce {
			continue
		}
		tried++
		err := e.offer(ctx, d.Namespace, d.ReleaseName())
		switch {
		case err == nil:
			findings = append(findings, Finding{
				Level: Problem, Found: fmt.Sprintf("an unreadable record of release %s, which StyrminDeployment %s/%s governs, is let in (a dry run)", d.ReleaseName(), d.Namespace, d.Name),
				Why: "Every client can change this release without its pre actions.", Next: "mend what the checks above found",
			})
		case !ours(err) && !unreached(err):
			return tried, findings, fmt.Errorf("offer a release record in namespace %s (a dry run): %w", d.Namespace, err)
		}
	}
	return tried, findings, nil
}

// offer creates the record of a release as a dry run. Nothing can be read in it.
func (e *examination) offer(ctx context.Context, namespace, name string) error {
	return e.Client.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: release.Key(name, probeRevision)}}, client.DryRunAll)
}

func ours(err error) bool { return denied(err, install.ReleasesWebhook) }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
