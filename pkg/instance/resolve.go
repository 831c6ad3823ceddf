package instance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/json"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

// Instance is a frozen, content-addressed snapshot of everything a run needs.
type Instance struct {
	// Digest names the instance: hex, short enough for a label.
	Digest string
	// Driver is the driver with its files.
	Driver *driver.Driver
	// Context is what templates and actions see.
	Context Context
	// Values are the Helm values.
	Values map[string]any
}

// ProblemsError lists everything that keeps a deployment from being resolved.
// It is the operator's mistake, not a failure of ours.
type ProblemsError struct{ Problems []string }

// Error lists the problems, one a line.
func (e *ProblemsError) Error() string { return strings.Join(e.Problems, "\n") }

// Resolve computes the instance of a deployment. chart is the chart that the
// driver names, loaded by the caller.
func Resolve(d *driver.Driver, deployment *v1.StyrminDeployment, chart Chart) (*Instance, error) {
	context, err := ResolveContext(d, deployment, chart)
	if err != nil {
		return nil, err
	}
	return render(d, context)
}

// ResolveContext computes what templates and actions see, without rendering the
// values. What is wrong with the inputs is a *ProblemsError.
func ResolveContext(d *driver.Driver, deployment *v1.StyrminDeployment, chart Chart) (Context, error) {
	version := Version(d, deployment)
	problems := CheckVersion(d, version)
	parameters, more := bind(d.Object.Spec.Parameters, deployment.Spec.Parameters)
	problems = append(problems, more...)
	config, err := decodeAll(deployment.Spec.Config)
	if err != nil {
		problems = append(problems, err.Error())
	}
	if len(problems) > 0 {
		return Context{}, &ProblemsError{Problems: problems}
	}
	return newContext(d, deployment, version, chart, parameters, config), nil
}

// Check lists everything that keeps a deployment from being resolved with the
// driver, whatever the chart. Problems begin with what they are about:
// "parameter NAME", "config NAME", "action NAME" or "version".
func Check(d *driver.Driver, deployment *v1.StyrminDeployment) []string {
	problems := CheckVersion(d, Version(d, deployment))
	_, more := bind(d.Object.Spec.Parameters, deployment.Spec.Parameters)
	problems = append(problems, more...)
	if _, err := decodeAll(deployment.Spec.Config); err != nil {
		problems = append(problems, err.Error())
	}
	problems = append(problems, checkSensitive(d, deployment)...)
	return append(problems, checkActions(d, deployment)...)
}

// checkSensitive finds names under which no parameter would be masked.
func checkSensitive(d *driver.Driver, deployment *v1.StyrminDeployment) []string {
	names := make([]string, 0, len(d.Object.Spec.Parameters))
	for _, parameter := range d.Object.Spec.Parameters {
		names = append(names, parameter.Name)
	}
	var problems []string
	for _, name := range deployment.Spec.Sensitive {
		if !slices.Contains(names, name) {
			problems = append(problems, fmt.Sprintf("sensitive %s: the driver declares no such parameter%s", name, suggest(name, names)))
		}
	}
	return problems
}

// checkActions finds settings of actions that the driver does not declare.
func checkActions(d *driver.Driver, deployment *v1.StyrminDeployment) []string {
	names := make([]string, 0, len(d.Object.Spec.Actions))
	for _, action := range d.Object.Spec.Actions {
		names = append(names, action.Name)
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(deployment.Spec.Jobs.Actions)) {
		if !slices.Contains(names, name) {
			problems = append(problems, fmt.Sprintf("action %s has settings, but the driver declares no such action%s", name, suggest(name, names)))
		}
	}
	return problems
}

// Version is the application version that a deployment asks for, or the driver's default.
func Version(d *driver.Driver, deployment *v1.StyrminDeployment) string {
	if deployment.Spec.Version != "" {
		return deployment.Spec.Version
	}
	return d.Object.Spec.DefaultVersion
}

// CheckVersion says why the driver cannot deploy the application's version; nil when it can.
func CheckVersion(d *driver.Driver, version string) []string {
	supported := d.Object.Spec.SupportedVersions
	if version == "" {
		return []string{"no version given, and the driver has no default_version; add --version VERSION"}
	}
	if supported == "" {
		return nil
	}
	ok, err := driver.VersionSupported(supported, version)
	if err != nil {
		return []string{fmt.Sprintf("version %s: %v", version, err)}
	}
	if !ok {
		return []string{fmt.Sprintf("version %s is not supported by driver %s: it supports %s", version, d.Object.Name, supported)}
	}
	return nil
}

func newContext(d *driver.Driver, deployment *v1.StyrminDeployment, version string, chart Chart, parameters, config map[string]any) Context {
	c := Context{
		Cluster:     map[string]any{},
		Environment: map[string]any{},
		Deployment: Deployment{
			ID:        deployment.Namespace + "/" + deployment.Name,
			Name:      deployment.Name,
			Namespace: deployment.Namespace,
		},
		Instance:   Settings{Config: config, Namespace: deployment.Namespace, Release: deployment.ReleaseName()},
		App:        App{Name: d.Object.Name, Version: version, DriverVersion: d.Object.Spec.Version, Chart: chart},
		Components: map[string]Component{},
		Parameters: parameters,
		Services:   map[string]Service{},
	}
	for name, component := range d.Object.Spec.Components {
		c.Components[name] = Component{Labels: component.Identifier.Label}
	}
	for _, s := range d.Object.Spec.Services {
		c.Services[s.Name] = Service{Kind: s.Kind, Scope: s.Scope, Port: s.Port, Component: s.Component}
	}
	return c
}

// render renders the values and computes the digest.
func render(d *driver.Driver, context Context) (*Instance, error) {
	variables, err := context.Variables()
	if err != nil {
		return nil, err
	}
	rendered, err := values.Render(v1.ValuesFile, d.Files[v1.ValuesFile], variables)
	if err != nil {
		return nil, &ProblemsError{Problems: []string{err.Error()}}
	}
	i := &Instance{Driver: d, Context: context, Values: rendered}
	i.Digest, err = i.digest()
	return i, err
}

// Fingerprint is the release that the instance deploys.
func (i *Instance) Fingerprint() (release.Fingerprint, error) {
	digest, err := release.ValuesDigest(i.Values)
	if err != nil {
		return release.Fingerprint{}, err
	}
	chart := i.Context.App.Chart
	return release.Fingerprint{Chart: chart.Name, Version: chart.Version, Templates: chart.Templates, Values: digest}, nil
}

// Target is what the instance moves a deployment to.
func (i *Instance) Target() lifecycle.Target {
	return lifecycle.Target{Instance: i.Digest, DriverDigest: i.Driver.Digest(), Version: i.Context.App.Version}
}

// HelmInAction is true when a core action of the driver says when an upgrade changes the release.
func (i *Instance) HelmInAction() bool {
	return i.Driver.Object.Annotations[v1.AnnotationHelmUpgrade] == v1.HelmUpgradeInAction
}

// decodeAll decodes the values of a free-form map.
func decodeAll(in map[string]apiextensionsv1.JSON) (map[string]any, error) {
	out := make(map[string]any, len(in))
	for key, raw := range in {
		var value any
		if err := json.Unmarshal(raw.Raw, &value); err != nil {
			return nil, fmt.Errorf("config %s: its value is not JSON", key)
		}
		out[key] = value
	}
	return out, nil
}
