package chart

import (
	"strconv"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/validation"

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
			given[p.Name] = sample(p)
		}
	}
	dep := &v1.StyrminDeployment{}
	dep.Name, dep.Namespace, dep.Spec.Version, dep.Spec.Parameters = releaseName(d), "default", in.Version, given
	if dep.Spec.Version == "" && d.Object.Spec.DefaultVersion == "" {
		dep.Spec.Version = "1.0.0"
	}
	i, err := instance.Resolve(d, dep, chart)
	return i, sampled, err == nil
}

// releaseName is one that Helm takes, also for a driver that has no name yet, or
// a wrong one, which other rules report.
func releaseName(d *driver.Driver) string {
	if name := d.Object.Name; len(validation.IsDNS1123Label(name)) == 0 && len(name) <= 53 {
		return name
	}
	return "app"
}

func named(*driver.Driver) map[string]bool { return nil }

func sample(p v1.Parameter) apiextensionsv1.JSON {
	text := `"sample"`
	switch {
	case p.Kind == "integer":
		text = "1"
	case p.Kind == "boolean":
		text = "true"
	case p.Kind == "enum" && len(p.Values) > 0:
		text = strconv.Quote(p.Values[0])
	}
	return apiextensionsv1.JSON{Raw: []byte(text)}
}
