package validation

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

const driverKind = "ApplicationDriver"

func checkAPIVersion(c *checker) {
	want := v1.GroupVersion.String()
	switch got := c.Object.APIVersion; got {
	case want:
	case "":
		c.warn("api-version", "apiVersion", "add `apiVersion: "+want+"`", "apiVersion is missing; kubectl cannot apply the file without it")
	default:
		c.err("api-version", "apiVersion", "write `apiVersion: "+want+"`", "apiVersion is %q; expected %q", got, want)
	}
}

func checkKind(c *checker) {
	switch got := c.Object.Kind; got {
	case driverKind:
	case "":
		c.warn("kind", "kind", "add `kind: "+driverKind+"`", "kind is missing; kubectl cannot apply the file without it")
	default:
		c.err("kind", "kind", "write `kind: "+driverKind+"`", "kind is %q; expected %q", got, driverKind)
	}
}

func checkName(c *checker) {
	name := c.Object.Name
	if name == "" {
		c.warn("name", "metadata.name", "add `metadata:` with `name:` and the application's name below it", "metadata.name is missing; a driver without a name cannot be deployed")
		return
	}
	if problems := validation.IsDNS1123Subdomain(name); len(problems) > 0 {
		c.err("name", "metadata.name", suggestName(name), "metadata.name is %q; expected lower-case letters, digits, '-' and '.', with a letter or digit at both ends", name)
	}
}

// suggestName turns a name into one that Kubernetes takes.
func suggestName(name string) string {
	s := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		case r == '_', r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(name)), "-.")
	if len(validation.IsDNS1123Subdomain(s)) > 0 {
		return ""
	}
	return "write `name: " + s + "`"
}

func checkHelmUpgrade(c *checker) {
	got, given := c.Object.Annotations[v1.AnnotationHelmUpgrade]
	if given && got != v1.HelmUpgradeInAction {
		path := diagnostic.Field("metadata.annotations", v1.AnnotationHelmUpgrade)
		c.err("helm-upgrade", path, "remove it to let Styrmin upgrade the release, which is the default",
			"%s is %q; expected %q", path, got, v1.HelmUpgradeInAction)
	}
}
