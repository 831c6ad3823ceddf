package helm

import "helm.sh/helm/v3/pkg/cli"

// Charts loads and renders charts. It needs no cluster and asks none, and it is
// safe for concurrent use.
type Charts struct {
	settings *cli.EnvSettings
	debug    func(string, ...any)
}

// NewCharts obeys Helm's registry and repository settings, like the helm
// command. Helm's own log lines go to debug, which may be called from several
// goroutines; nil drops them.
func NewCharts(debug func(string, ...any)) *Charts {
	if debug == nil {
		debug = func(string, ...any) {}
	}
	return &Charts{settings: cli.New(), debug: debug}
}
