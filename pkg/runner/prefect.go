package runner

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// PrefectServer is the API of the optional Prefect server in the cluster.
const PrefectServer = "http://prefect-server.styrmin:4200/api"

// PrefectPages is where `kubectl styrmin ui` shows that server's pages to a person.
const PrefectPages = "http://localhost:4200"

// prefectProbe bounds the probe on a busy node; where there is no server its name does not resolve, at once.
const prefectProbe = 10 * time.Second

// prefectDefaults are settings for a short-lived process: no telemetry, log
// lines that fit a terminal, and of the temporary server's services none that
// one flow run has no use for.
func prefectDefaults() []string {
	const compact = "%(asctime)s %(levelname)-7s "
	return []string{
		"DO_NOT_TRACK=1",
		"NO_COLOR=1",
		"PREFECT_LOGGING_COLORS=false",
		"PREFECT_SERVER_ANALYTICS_ENABLED=false",
		"PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY=false",
		"PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS=false",
		"PREFECT_CLI_PROMPT=false",
		"PREFECT_LOGGING_FORMATTERS_STANDARD_FORMAT=" + compact + "%(message)s",
		"PREFECT_LOGGING_FORMATTERS_STANDARD_FLOW_RUN_FMT=" + compact + "%(message)s",
		"PREFECT_LOGGING_FORMATTERS_STANDARD_TASK_RUN_FMT=" + compact + "%(task_run_name)s: %(message)s",
		// Prefect's own 20 s are too few on a node that is busy upgrading an application; the Job has the deadline.
		"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS=180",
		"PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED=false",
		"PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED=false",
		"PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED=false",
		"PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED=false",
		"PREFECT_SERVER_SERVICES_FOREMAN_ENABLED=false",
		"PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED=false",
	}
}

// prefectSettings are those that depend on where flows report to: the server that is
// configured, or else the cluster's own, or a temporary one that ends with the action.
// The cluster's own has pages at an address that no browser knows; what people are shown
// instead is where `kubectl styrmin ui` brings them.
func (r *Runner) prefectSettings(ctx context.Context) []string {
	const pages = "PREFECT_UI_URL=" + PrefectPages
	switch configured := r.Getenv("PREFECT_API_URL"); {
	case configured == PrefectServer:
		return []string{pages}
	case configured != "":
		return nil
	}
	if url := r.prefectServer(ctx); url != "" {
		fmt.Fprintf(r.Err, "styrmin-runner: flows report to the Prefect server %s\n", url)
		return []string{"PREFECT_API_URL=" + url, pages}
	}
	return []string{"PREFECT_SERVER_ALLOW_EPHEMERAL_MODE=true"}
}

// prefectServer returns the URL of the cluster's Prefect server when it answers.
func (r *Runner) prefectServer(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, prefectProbe)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, PrefectServer+"/health", nil)
	if err != nil {
		return ""
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return ""
	}
	return PrefectServer
}
