package helm

import (
	"context"
	"time"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// ChartRef says where a chart is.
type ChartRef struct {
	// Location is a path (./chart, /srv/chart, chart.tgz), an oci:// reference, the URL of an
	// archive (https://…/chart-1.0.0.tgz), or the URL of a repository followed by the chart's name.
	Location string
	// Version is the chart's version or a constraint on it. A path and an archive are only checked
	// against it; without it an OCI or HTTP repository gives its newest stable version.
	Version string
	// Dir is the directory that a relative path starts from: the driver's.
	Dir string
	// PlainHTTP speaks HTTP without TLS to an OCI registry.
	PlainHTTP bool
	// Keyring is a file with public keys: the chart has to be signed with one of them, or it is
	// ErrUnverified. Empty asks for no signature.
	Keyring string
}

// Chart is a loaded chart.
type Chart struct {
	// Name is the chart's name.
	Name string
	// Version is the chart's version.
	Version string
	// AppVersion is the version of the application in it.
	AppVersion string
	// Fingerprint identifies the chart as a release record shows it; its Values are empty.
	Fingerprint release.Fingerprint
	// Digest covers every file of the chart, also what a record does not show: default values
	// and subcharts. The same chart has another digest as an archive, since packaging rewrites Chart.yaml.
	Digest string
	// Location is where the chart was found, for messages.
	Location string

	raw []*chart.File
}

// Request is one change of a release.
type Request struct {
	// Release is the release's name.
	Release string
	// Chart to install.
	Chart *Chart
	// Values override the chart's defaults; nil is {}. Values of earlier revisions are not reused.
	Values map[string]any
	// Upgrade makes Render set .Release.IsUpgrade instead of .Release.IsInstall; Apply sees for
	// itself which of the two it is.
	Upgrade bool
	// Labels are put on the release's record.
	Labels map[string]string
	// Timeout bounds each of Helm's waits (readiness, every hook); 0 is DefaultTimeout.
	// The deadline of the context shortens it.
	Timeout time.Duration
	// Wait waits until the release's resources are ready.
	Wait bool
	// RollbackOnFailure returns a failed upgrade to the newest revision that was deployed.
	// A failed first install is left as it is: there is nothing to return to, and uninstalling
	// it, as Helm's own flag does, would take volumes and the traces of the failure with it.
	RollbackOnFailure bool
	// Explain is asked why resources are not ready in time, before anything is rolled back. Each of
	// what it returns may have several lines. Nil asks nobody.
	Explain func(context.Context) []string
	// Description is kept in the record once the change succeeded.
	Description string
	// PostRender changes the rendered manifest before it is applied; nil leaves it.
	PostRender func(manifest []byte) ([]byte, error)
}

// DefaultTimeout is Helm's own.
const DefaultTimeout = 5 * time.Minute
