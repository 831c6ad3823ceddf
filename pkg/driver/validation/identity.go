package validation

import (
	"fmt"
	"maps"
	"slices"
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
		c.err("name", "metadata.name", suggestName(name), "metadata.name is %q; expected lower-case letters, digits, '-' and '.', at most 253, with a letter or digit at both ends", name)
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
	const rule = "helm-upgrade"
	path := annotationPath(v1.AnnotationHelmUpgrade)
	switch got, given := c.Object.Annotations[v1.AnnotationHelmUpgrade]; {
	case !given:
	case got != v1.HelmUpgradeInAction:
		c.err(rule, path, "remove it to let Styrmin upgrade the release, which is the default",
			"%s is %q; expected %q", path, got, v1.HelmUpgradeInAction)
	case len(c.Actions(v1.HookUpgrade, v1.ModeCore)) == 0 && !c.doubtfulActions():
		c.err(rule, path, "remove it, or add such an action, which calls upgrade_deployment_version",
			"%s is %q, which leaves the Helm upgrade to an action of the hook %s and the mode %s, but there is none", path, got, v1.HookUpgrade, v1.ModeCore)
	}
}

// annotationPath is the path of one of the driver's annotations.
func annotationPath(name string) string { return diagnostic.Field("metadata.annotations", name) }

// annotations are those of Styrmin's that a driver may have.
var annotations = []string{v1.AnnotationHelmUpgrade, v1.AnnotationDriverDigest}

func checkAnnotationUnknown(c *checker) {
	for _, name := range slices.Sorted(maps.Keys(c.Object.Annotations)) {
		if !strings.HasPrefix(name, v1.GroupVersion.Group+"/") || contains(annotations, name) {
			continue
		}
		help := diagnostic.Suggest(name, annotations)
		if help == "" {
			help = "remove it, unless a newer Styrmin knows it"
		}
		c.atKey(diagnostic.Warning, "annotation-unknown", annotationPath(name), help, fmt.Sprintf("Styrmin has no annotation %q", name))
	}
}

func checkMetadata(c *checker) {
	const rule = "metadata"
	c.labels(rule, "metadata.labels", c.Object.Labels)
	for _, name := range slices.Sorted(maps.Keys(c.Object.Annotations)) {
		// Kubernetes does not mind the case of an annotation's DNS name.
		if len(validation.IsQualifiedName(strings.ToLower(name))) > 0 {
			c.atKey(diagnostic.Error, rule, annotationPath(name), "", fmt.Sprintf("%q is no annotation's key: %s", name, keyForm))
		}
	}
}
