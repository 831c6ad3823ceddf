package validation

import "github.com/styrmin/kubectl-styrmin/pkg/driver"

func checkVersion(c *checker) {
	if c.Object.Spec.Version == "" {
		c.warn("version", "spec.version", "add `version: \"1\"` under spec and count it up with every change",
			"spec.version is missing; a new driver version is what runs the upgrade hook when the application's version stays")
	}
}

func checkSupportedVersions(c *checker) {
	const path = "spec.supported_versions"
	if err := driver.CheckSpecifier(c.Object.Spec.SupportedVersions); err != nil {
		c.err("supported-versions", path, "write one such as \">=0.1,<1.0\"", "%s: %v", path, err)
	}
}

func checkDefaultVersion(c *checker) {
	const rule, path = "version-default-unsupported", "spec.default_version"
	version, supported := c.Object.Spec.DefaultVersion, c.Object.Spec.SupportedVersions
	if version == "" || driver.CheckSpecifier(supported) != nil || c.Invalid("spec.supported_versions") {
		return
	}
	switch ok, err := driver.VersionSupported(supported, version); {
	case err != nil:
		c.err(rule, path, "", "%s: %v", path, err)
	case !ok:
		c.err(rule, path, "change one of the two", "%s is %q, but spec.supported_versions is %q", path, version, supported)
	}
}
