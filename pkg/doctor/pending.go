package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// patience is how old an unfinished change may be: Helm's own time-out is five minutes.
const patience = 10 * time.Minute

// pending finds changes of releases that somebody began and did not end.
func pending(ctx context.Context, e *examination) ([]Finding, error) {
	all, err := e.recordMetadata(ctx)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, record := range all {
		status, age := record.Labels[release.LabelStatus], e.now.Sub(record.CreationTimestamp.Time)
		if !e.judged(record.Namespace) || !release.IsPending(status) || age < patience {
			continue
		}
		name := record.Labels[release.LabelName]
		next := fmt.Sprintf("kubectl -n %s get events; then helm rollback %s -n %s, or helm uninstall a first install", record.Namespace, name, record.Namespace)
		if e.governs(record.Namespace, name) {
			next = fmt.Sprintf("kubectl styrmin status shows who; then, if it was a run: kubectl styrmin upgrade %s -n %s; else helm rollback %s -n %s", name, record.Namespace, name, record.Namespace)
		}
		findings = append(findings, Finding{
			Level: Warning, Found: fmt.Sprintf("release %s/%s has been %s for %s", record.Namespace, name, status, age.Round(time.Minute)),
			Why: "Helm refuses every other change of it until this one is ended. Its client has most likely died.", Next: next,
		})
	}
	return orFine(findings, "no release of a namespace that opted in has been pending for %s", patience), nil
}
