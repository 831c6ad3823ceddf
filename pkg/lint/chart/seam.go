package chart

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

func resolve(d *driver.Driver, in lint.Inputs, chart instance.Chart) (*instance.Instance, []string, bool) {
	given, err := in.Parameters(d.Object.Spec.Parameters)
	if err != nil {
		return nil, nil, false
	}
	var sampled []string
	for _, p := range d.Object.Spec.Parameters {
		if _, ok := given[p.Name]; !ok && p.Default == nil {
			sampled = append(sampled, p.Name)
			given[p.Name] = apiextensionsv1.JSON{Raw: []byte(`"sample"`)}
		}
	}
	dep := &v1.StyrminDeployment{}
	dep.Name, dep.Namespace, dep.Spec.Version, dep.Spec.Parameters = d.Object.Name, "default", in.Version, given
	if dep.Spec.Version == "" && d.Object.Spec.DefaultVersion == "" {
		dep.Spec.Version = "1.0.0"
	}
	i, err := instance.Resolve(d, dep, chart)
	return i, sampled, err == nil
}

func named(*driver.Driver) map[string]bool { return nil }
