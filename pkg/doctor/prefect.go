package doctor

import (
	"context"
	"fmt"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// prefectTimeout bounds the question to the Prefect server.
const prefectTimeout = 10 * time.Second

// prefect asks the Prefect server, if there is one, how it is.
func prefect(ctx context.Context, e *examination) ([]Finding, error) {
	if !e.options.Prefect {
		return fine("no Prefect server is installed: each action's flow has its own"), nil
	}
	ctx, cancel := context.WithTimeout(ctx, prefectTimeout)
	defer cancel()
	_, err := e.Kube.CoreV1().Services(v1.SystemNamespace).ProxyGet("http", install.PrefectName, "4200", "/api/health", nil).DoRaw(ctx)
	if err == nil {
		return fine("the Prefect server %s/%s answers", v1.SystemNamespace, install.PrefectName), nil
	}
	return []Finding{{
		Level: Warning, Found: fmt.Sprintf("the Prefect server %s/%s does not answer: %v", v1.SystemNamespace, install.PrefectName, err),
		Why:  "Actions report their flows to it; while it is silent they are slow to start, or fail.",
		Next: fmt.Sprintf("kubectl -n %s get pods -l app.kubernetes.io/name=%s; kubectl -n %[1]s rollout restart deployment/%[2]s", v1.SystemNamespace, install.PrefectName),
	}}, nil
}
