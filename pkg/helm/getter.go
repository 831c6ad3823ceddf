package helm

import (
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
)

// client-go's default of 5 requests per second slows a chart of some size down
// by seconds; the server has its own fairness.
const (
	qps   = 50
	burst = 300
)

// tunedGetter gives Helm's clients a higher rate, and takes their warnings off standard error.
type tunedGetter struct {
	genericclioptions.RESTClientGetter
	debug func(string, ...any)
}

// ToRESTConfig returns the caller's configuration, tuned; what the caller set stays.
func (g *tunedGetter) ToRESTConfig() (*rest.Config, error) {
	shared, err := g.RESTClientGetter.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	config := rest.CopyConfig(shared)
	if config.QPS == 0 {
		config.QPS, config.Burst = qps, burst
	}
	if config.WarningHandler == nil && config.WarningHandlerWithContext == nil {
		config.WarningHandler = warnings(g.debug)
	}
	return config, nil
}

type warnings func(string, ...any)

// HandleWarningHeader implements rest.WarningHandler.
func (w warnings) HandleWarningHeader(code int, _ string, text string) {
	if code == 299 && text != "" {
		w("warning from the API server: %s", text)
	}
}
