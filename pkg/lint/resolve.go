package lint

import (
	"cmp"
	"encoding/json"
	"path"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

// sampleVersion stands for the application version of a driver that has no default.
const sampleVersion = "1.0.0"

// Resolution is a driver as an operator's inputs would deploy it.
type Resolution struct {
	// Context is what templates and actions see.
	Context instance.Context
	// Variables are what templates see: the context with Inputs.Context over it.
	Variables map[string]any
	// Sampled are the required parameters that were not given, in the order of
	// their declaration: their values are samples.
	Sampled []string
	// VersionSampled is true when there was no application version.
	VersionSampled bool
}

// Resolve works out what a driver's template sees. Inputs that do not fit, and
// defaults that do not, count as not given: Check reports them. It fails when
// the driver is too broken to be resolved.
func Resolve(d *driver.Driver, in Inputs, chart instance.Chart) (*Resolution, error) {
	given, err := in.Parameters(d.Object.Spec.Parameters)
	if err != nil {
		return nil, err
	}
	r := &Resolution{}
	deployment := &v1.StyrminDeployment{}
	deployment.Name, deployment.Namespace = cmp.Or(in.Name, releaseName(d)), cmp.Or(in.Namespace, "default")
	deployment.Spec.Version = in.Version
	if len(instance.CheckVersion(d, instance.Version(d, deployment))) > 0 {
		deployment.Spec.Version, r.VersionSampled = versionOf(d), d.Object.Spec.DefaultVersion == ""
	}
	deployment.Spec.Parameters = r.parameters(d.Object.Spec.Parameters, given)
	if r.Context, err = instance.ResolveContext(lenient(d), deployment, chart); err != nil {
		return nil, err
	}
	if r.Variables, err = r.Context.Variables(); err != nil {
		return nil, err
	}
	merge(r.Variables, in.Context)
	return r, nil
}

// Values are the Helm values that the driver's template renders to. What is
// wrong with the template is a [*values.Error].
func (r *Resolution) Values(d *driver.Driver) (map[string]any, error) {
	return values.Render(v1.ValuesFile, d.Files[v1.ValuesFile], r.Variables)
}

// versionOf is a version to check with.
func versionOf(d *driver.Driver) string {
	if d.Object.Spec.DefaultVersion != "" {
		return d.Object.Spec.DefaultVersion
	}
	return sampleVersion
}

// lenient is the driver without the bounds on its version.
func lenient(d *driver.Driver) *driver.Driver {
	out := *d
	out.Object.Spec.SupportedVersions = ""
	return &out
}

// parameters are the given ones that fit, with samples for those that have no value otherwise.
func (r *Resolution) parameters(declared []v1.Parameter, given map[string]apiextensionsv1.JSON) map[string]apiextensionsv1.JSON {
	out := map[string]apiextensionsv1.JSON{}
	for _, p := range declared {
		value, ok := given[p.Name]
		switch {
		case ok && instance.CheckParameter(p, value) == "":
			out[p.Name] = value
		case p.Default != nil && instance.CheckParameter(p, *p.Default) == "":
		default:
			out[p.Name] = sample(p)
			r.Sampled = append(r.Sampled, p.Name)
		}
	}
	return out
}

// sample is a value that a parameter can have; a string's is its name.
func sample(p v1.Parameter) apiextensionsv1.JSON {
	var value any = p.Name
	switch {
	case p.Kind == "integer":
		value = 1
	case p.Kind == "boolean":
		value = false
	case p.Kind == "enum" && len(p.Values) > 0:
		value = p.Values[0]
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return apiextensionsv1.JSON{Raw: []byte(`""`)}
	}
	return apiextensionsv1.JSON{Raw: raw}
}

// longestRelease is Helm's bound.
const longestRelease = 53

// releaseName is one that Helm takes, also for a driver whose name is missing or
// wrong, which other rules report.
func releaseName(d *driver.Driver) string {
	if name := d.Object.Name; len(validation.IsDNS1123Label(name)) == 0 && len(name) <= longestRelease {
		return name
	}
	return "app"
}

// SampleChart stands for the driver's chart when it is not loaded, or not named.
func SampleChart(d *driver.Driver) instance.Chart {
	var main v1.Chart
	if helm := d.Object.Spec.Helm; helm != nil {
		main = helm.Main
	}
	name := path.Base(strings.TrimSuffix(main.Location, "/"))
	if name == "." || name == "/" {
		name = releaseName(d)
	}
	return instance.Chart{Name: name, Version: main.Version, AppVersion: d.Object.Spec.DefaultVersion}
}

// merge puts mappings over each other, key by key.
func merge(into, over map[string]any) {
	for key, value := range over {
		below, isMapping := into[key].(map[string]any)
		above, alsoMapping := value.(map[string]any)
		if isMapping && alsoMapping {
			merge(below, above)
			continue
		}
		into[key] = value
	}
}
