package lint

import apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

// Inputs are what an operator would give to setup. The zero value stands for
// the driver's defaults; a required parameter that is not given is then a
// sample of its kind.
type Inputs struct {
	// Version is the application version; empty means the driver's default.
	Version string
	// Values are parameters by name.
	Values map[string]apiextensionsv1.JSON
	// Set holds NAME=VALUE, read as the kind that the driver declares; it wins over Values.
	Set []string
	// Context overrides what templates see, merged over the resolved context key by key.
	Context map[string]any
}
