// Package scaffold writes the files of a new driver: one that validates, runs,
// and explains itself to its author.
package scaffold

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Application is what a driver is written for.
type Application struct {
	// Name is the driver's, a DNS-1123 subdomain.
	Name string
	// Chart is where the chart is, as the driver names it; empty for one that is
	// written, too.
	Chart string
	// ChartVersion pins a chart that is not a directory.
	ChartVersion string
	// Components are its parts. Commands are executed in the first one; the others
	// are stopped during an upgrade.
	Components []Component
	// Hooks are those that get actions.
	Hooks []v1.Hook
}

// Component is a part of the application, and the labels of its pods.
type Component struct {
	Name   string
	Labels map[string]string
}

// Check says what is wrong with the application; nil when a driver can be written for it.
func (a Application) Check() error {
	var problems []error
	problems = append(problems, CheckName(a.Name), CheckChart(a.Chart), a.CheckVersion())
	if len(a.Components) == 0 {
		problems = append(problems, errors.New("there is no component; expected one at least"))
	}
	names := map[string]bool{}
	for _, c := range a.Components {
		if names[c.Name] {
			problems = append(problems, fmt.Errorf("the component %q is given twice", c.Name))
		}
		names[c.Name] = true
	}
	return errors.Join(problems...)
}

// CheckName says what is wrong with a driver's name.
func CheckName(name string) error {
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		return fmt.Errorf("found the name %q, expected lower-case letters, digits, '-' and '.', with a letter or digit at both ends", name)
	}
	return nil
}

var chartLocation = regexp.MustCompile(`^((oci|https?)://[^/@?#\s]+/[^\s]+|\.\.?/\S+)$`)

// CheckChart says what is wrong with a chart's location. An empty one is fine.
func CheckChart(location string) error {
	if location != "" && !chartLocation.MatchString(location) {
		return fmt.Errorf("found the chart %q, expected ./DIRECTORY, oci://REGISTRY/CHART or https://REPOSITORY/CHART", location)
	}
	return nil
}

// CheckVersion says what is wrong with the version of the chart.
func (a Application) CheckVersion() error {
	switch {
	case a.ChartVersion == "" && IsRemote(a.Chart):
		return fmt.Errorf("the chart %s has no version, so that every release might be of another chart; expected one such as 1.4.2", a.Chart)
	case a.ChartVersion != "" && !IsRemote(a.Chart):
		return errors.New("a version is only for charts in a registry or repository")
	}
	return nil
}

// IsRemote is true for a chart in a registry or repository.
func IsRemote(location string) bool { return strings.Contains(location, "://") }

// ParseComponent reads NAME or NAME=LABEL=VALUE[,LABEL=VALUE…]. A component
// without labels gets the recommended one, app.kubernetes.io/component.
func ParseComponent(text string) (Component, error) {
	name, labels, labelled := strings.Cut(text, "=")
	if len(validation.IsDNS1123Label(name)) > 0 {
		return Component{}, fmt.Errorf("found the component %q, expected a name of lower-case letters, digits and '-', as in server=app.kubernetes.io/component=server", name)
	}
	c := Component{Name: name, Labels: map[string]string{}}
	if !labelled {
		c.Labels[labelComponent] = name
		return c, nil
	}
	for pair := range strings.SplitSeq(labels, ",") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || len(validation.IsQualifiedName(key)) > 0 || len(validation.IsValidLabelValue(value)) > 0 {
			return Component{}, fmt.Errorf("found %q for the component %s, expected LABEL=VALUE, as in app.kubernetes.io/component=server", pair, name)
		}
		c.Labels[key] = value
	}
	return c, nil
}

// The labels that Kubernetes recommends.
const (
	labelName      = "app.kubernetes.io/name"
	labelComponent = "app.kubernetes.io/component"
)

// DefaultComponents are two parts of an application whose chart is written, too,
// and else the one that most charts have.
func DefaultComponents(name, chart string) []Component {
	if chart != "" {
		return []Component{{Name: "server", Labels: map[string]string{labelName: name}}}
	}
	var out []Component
	for _, part := range []string{"server", "worker"} {
		out = append(out, Component{Name: part, Labels: map[string]string{labelName: name, labelComponent: part}})
	}
	return out
}

// NameOf is the name for the driver in a directory.
func NameOf(dir string) string {
	name := strings.ToLower(filepath.Base(dir))
	name = strings.Trim(notInName.ReplaceAllString(name, "-"), "-")
	if CheckName(name) != nil {
		return "app"
	}
	return name
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// The methods below are for the templates.

// Has reports whether the hook gets actions.
func (a Application) Has(hook v1.Hook) bool { return slices.Contains(a.Hooks, hook) }

// WritesChart reports whether the chart is written with the driver.
func (a Application) WritesChart() bool { return a.Chart == "" }

// Location is where the driver finds its chart.
func (a Application) Location() string {
	if a.WritesChart() {
		return "./" + chartDir
	}
	return a.Chart
}

// Main is the component that commands are executed in.
func (a Application) Main() string { return a.Components[0].Name }

// Workers are the components that are stopped during an upgrade.
func (a Application) Workers() []string {
	var names []string
	for _, c := range a.Components[1:] {
		names = append(names, c.Name)
	}
	return names
}
