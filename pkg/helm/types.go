package helm

import (
	"time"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// ChartRef says where a chart is.
type ChartRef struct {
	// Location is a path (./chart, /srv/chart, chart.tgz), an oci:// reference, the URL of an
	// archive, or the URL of a repository followed by the chart's name.
	Location string
	// Version constrains the chart's version; it may be empty for a path.
	Version string
	// Dir is the directory that a relative path starts from: the driver's.
	Dir string
}

// Chart is a loaded chart.
type Chart struct {
	// Name is the chart's name.
	Name string
	// Version is the chart's version.
	Version string
	// AppVersion is the version of the application in it.
	AppVersion string
	// Fingerprint identifies the chart; its Values are empty.
	Fingerprint release.Fingerprint
	// Location is where the chart was found, for messages.
	Location string

	// raw is the chart as loaded. Helm alters charts while rendering: use fresh().
	raw []*chart.File
}

// Request is one change of a release.
type Request struct {
	// Release is the release's name.
	Release string
	// Chart to install.
	Chart *Chart
	// Values override the chart's defaults; nil is {}.
	Values map[string]any
	// Labels are put on the release's record.
	Labels map[string]string
	// Timeout bounds each of Helm's waits; a deadline of the context bounds the whole.
	Timeout time.Duration
	// Wait waits until the release's resources are ready.
	Wait bool
	// RollbackOnFailure returns a failed upgrade to the last revision that was deployed.
	// A failed first install is left as it is: there is nothing to return to, and
	// uninstalling it would take volumes and the traces of the failure with it.
	RollbackOnFailure bool
	// Description is kept in the record.
	Description string
}
