package validation

import "github.com/styrmin/kubectl-styrmin/pkg/driver"

func checkVersion(c *checker) {
	if c.Object.Spec.Version == "" {
		c.warn("version", "spec.version", "add `version: \"1\"` under spec and count it up with every change",
			"spec.version is missing; nobody can tell this version of the driver from the next")
	}
}

func checkSupportedVersions(c *checker) {
	const rule, path = "supported-versions", "spec.supported_versions"
	specifier := c.Object.Spec.SupportedVersions
	if err := driver.CheckSpecifier(specifier); err != nil {
		c.err(rule, path, "write one such as \">=0.1,<1.0\"", "%s: %v", path, err)
	} else if err := driver.CheckPythonSpecifier(specifier); err != nil {
		c.warn(rule, path, "write the same with Python's operators, such as \">=1.2,<2\" for \"^1.2\"",
			"%s is %q; expected a version specifier as Python defines them (PEP 440)", path, specifier)
	}
}

func checkDefaultVersion(c *checker) {
	const rule, path = "version-default-unsupported", "spec.default_version"
	version, supported := c.Object.Spec.DefaultVersion, c.Object.Spec.SupportedVersions
	if version == "" {
		return
	}
	if err := driver.CheckVersion(version); err != nil {
		c.err(rule, path, "", "%s: %v", path, err)
		return
	}
	if driver.CheckPythonVersion(version) != nil {
		c.warn(rule, path, "write one such as \"1.4.2\" or \"1.5.0rc1\"", "%s is %q; expected a version as Python defines them (PEP 440)", path, version)
	}
	if driver.CheckSpecifier(supported) != nil || c.Invalid("spec.supported_versions") {
		return
	}
	switch ok, err := driver.VersionSupported(supported, version); {
	case err != nil:
		c.err(rule, path, "write both as Python's versions (PEP 440)", "%s: %v", path, err)
	case !ok:
		c.err(rule, path, "change one of the two", "%s is %q, but spec.supported_versions is %q", path, version, supported)
	}
}
