package instance

import "k8s.io/apimachinery/pkg/util/json"

// Context is what templates and actions see (GlobalContext in Python). It is
// resolved once and then frozen; its JSON form is context.json in the pod.
type Context struct {
	Cluster     map[string]any       `json:"cluster"`
	Environment map[string]any       `json:"environment"`
	Deployment  Deployment           `json:"deployment"`
	Instance    Settings             `json:"instance"`
	App         App                  `json:"app"`
	Components  map[string]Component `json:"components"`
	Parameters  map[string]any       `json:"parameters"`
	Services    map[string]Service   `json:"services"`
}

// Deployment identifies the StyrminDeployment.
type Deployment struct {
	// ID is namespace/name.
	ID        string `json:"id"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// Settings is the merged configuration and where the application lives.
type Settings struct {
	Config    map[string]any `json:"config"`
	Namespace string         `json:"namespace"`
	Release   string         `json:"release"`
}

// App is the application, its version and its chart.
type App struct {
	Name          string `json:"name"`
	Version       string `json:"version"`
	DriverVersion string `json:"driver_version"`
	Chart         Chart  `json:"chart"`
}

// Chart identifies the chart's content.
type Chart struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	AppVersion string `json:"app_version"`
	// Templates is the digest of the chart's templates, as pkg/release computes it:
	// what a release record can be held against.
	Templates string `json:"templates"`
	// Digest is over all of the chart's files, default values and subcharts too, which a record does not show.
	Digest string `json:"digest"`
}

// Component is found by its pods' labels.
type Component struct {
	Labels map[string]string `json:"labels"`
}

// Service is an endpoint of the application. The names are empty when the
// cluster has no suffix for them.
type Service struct {
	Kind              string `json:"kind"`
	Scope             string `json:"scope"`
	Port              int32  `json:"port"`
	Component         string `json:"component"`
	PrimaryFQDN       string `json:"primary_fqdn"`
	HumanReadableFQDN string `json:"human_readable_fqdn"`
}

// Variables are the context as templates see it, by name. Whole numbers stay whole: the JSON
// package used here decodes them as int64.
func (c Context) Variables() (map[string]any, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(data, &out)
}
