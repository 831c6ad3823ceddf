package validation

import (
	"net/url"
	"path"
	"strings"

	"github.com/Masterminds/semver/v3"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

const locationPath, locationForms = "spec.helm.main.location", "oci://REGISTRY/CHART, https://REPOSITORY/CHART or ./DIRECTORY"

func checkHelmMissing(c *checker) {
	if c.Object.Spec.Helm == nil {
		c.warn("helm-missing", "spec.helm", "add `helm:` with `main:` and its `location:` under spec", "spec.helm is missing; a driver without a chart cannot be deployed")
	}
}

func checkHelmLocation(c *checker) {
	if c.Object.Spec.Helm == nil {
		return
	}
	const rule = "helm-location"
	location := c.Object.Spec.Helm.Main.Location
	switch scheme, _, remote := strings.Cut(location, "://"); {
	case location == "":
		c.err(rule, locationPath, "", "%s is missing; expected %s", locationPath, locationForms)
	case remote:
		c.remoteChart(rule, location, scheme)
	case path.IsAbs(location):
		c.err(rule, locationPath, "put the chart into the driver's directory and write ./DIRECTORY", "%s is the absolute path %q; expected %s", locationPath, location, locationForms)
	case !strings.HasPrefix(location, "./") && !strings.HasPrefix(location, "../") && location != ".":
		c.err(rule, locationPath, "a directory beside the driver is written ./"+location, "%s is %q; expected %s", locationPath, location, locationForms)
	case strings.HasPrefix(path.Clean(location), ".."):
		c.warn(rule, locationPath, "put the chart into the driver's directory", "%s is %q, which leads out of the driver's directory; the driver is not self-contained", locationPath, location)
	}
}

func (c *checker) remoteChart(rule, location, scheme string) {
	u, err := url.Parse(location)
	switch {
	case !contains([]string{"oci", "https", "http"}, scheme):
		c.err(rule, locationPath, "", "%s has the scheme %q; expected %s", locationPath, scheme, locationForms)
	case err != nil || u.User != nil:
		c.secret(rule, locationPath, "remove them and log in with `helm registry login` or `helm repo add`", "%s is malformed, or holds a user name or password; expected %s", locationPath, locationForms)
	case u.Host == "" || strings.Trim(u.Path, "/") == "":
		c.err(rule, locationPath, "", "%s is %q; expected %s", locationPath, location, locationForms)
	}
}

// checkHelmValues looks at a field that drivers in the wild have and whose shape
// is not documented: the template's name is fixed.
func checkHelmValues(c *checker) {
	const path = "spec.helm.main.values"
	if name, ok := c.text("spec", "helm", "main", "values"); ok && strings.TrimPrefix(name, "./") != v1.ValuesFile {
		c.warn("helm-values", path, "rename the file to "+v1.ValuesFile, "%s is %q, but the template of the values is always %s beside the driver", path, name, v1.ValuesFile)
	}
}

func checkHelmVersion(c *checker) {
	const rule, field = "helm-version", "spec.helm.main.version"
	if c.Object.Spec.Helm == nil {
		return
	}
	chart := c.Object.Spec.Helm.Main
	_, rest, remote := strings.Cut(chart.Location, "://")
	tagged := strings.Contains(path.Base(rest), ":") || strings.Contains(rest, "@")
	if chart.Version == "" {
		if remote && !tagged {
			c.warn(rule, field, "add `version:` with the chart's version", "%s is missing; the newest chart would be taken, another one every time", field)
		}
		return
	}
	if _, err := semver.NewVersion(chart.Version); err != nil {
		c.warn(rule, field, "write one version, such as \"1.4.2\"", "%s is %q, which is not one version; the chart may change between two runs", field, chart.Version)
	}
}
