package lint

import (
	"maps"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// Inputs are what an operator would give to setup. The zero value stands for
// the driver's defaults; a required parameter that is not given is then a
// sample of its kind.
type Inputs struct {
	// Name and Namespace are those of the deployment; empty means the driver's name, and default.
	Name, Namespace string
	// Version is the application version; empty means the driver's default.
	Version string
	// Values are parameters by name.
	Values map[string]apiextensionsv1.JSON
	// Set holds NAME=VALUE, read as the kind that the driver declares; it wins over Values.
	Set []string
	// NoSamples makes a problem of what is required and not given.
	NoSamples bool
	// Context overrides what templates see, merged over the resolved context key by key.
	Context map[string]any
}

// Parameters are Values with Set over them, read as the kinds that are declared.
func (in Inputs) Parameters(declared []v1.Parameter) (map[string]apiextensionsv1.JSON, error) {
	given := maps.Clone(in.Values)
	if given == nil {
		given = map[string]apiextensionsv1.JSON{}
	}
	for _, set := range in.Set {
		name, text, _ := strings.Cut(set, "=")
		value, err := instance.ParseParameter(declared, name, text)
		if err != nil {
			return nil, err
		}
		given[name] = value
	}
	return given, nil
}
