package driver

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	pep440 "github.com/aquasecurity/go-pep440-version"
)

// VersionSupported reports whether the version satisfies the specifier, such as
// ">=0.1,<1.0". Both are read as Python's (PEP 440), and where one is none, as
// semantic versions. An empty specifier allows every version. Pre-releases count:
// who asks for one by name wants it.
func VersionSupported(spec, version string) (bool, error) {
	if err := CheckSpecifier(spec); err != nil {
		return false, err
	}
	if strings.TrimSpace(spec) == "" {
		return true, nil
	}
	specifiers, serr := pep440.NewSpecifiers(spec, pep440.WithPreRelease(true))
	v, verr := pep440.Parse(version)
	if serr == nil && verr == nil {
		return specifiers.Check(v), nil
	}
	return semverSupported(spec, version)
}

func semverSupported(spec, version string) (bool, error) {
	v, err := semver.NewVersion(version)
	if err != nil {
		return false, fmt.Errorf("%q is no version: expected one such as 1.4.2", version)
	}
	c, err := semver.NewConstraint(strings.ReplaceAll(spec, "==", "="))
	if err != nil {
		return false, fmt.Errorf("%q cannot be compared with the version %q: %w", spec, version, err)
	}
	c.IncludePrerelease = true
	return c.Check(v), nil
}

// CheckSpecifier reports what is wrong with a version specifier.
func CheckSpecifier(spec string) error {
	if strings.TrimSpace(spec) == "" {
		return nil
	}
	if strings.Contains(spec, "||") {
		return fmt.Errorf("%q is no version specifier: `||` is not supported; expected one such as \">=0.1,<1.0\"", spec)
	}
	if _, err := pep440.NewSpecifiers(spec); err == nil {
		return nil
	}
	if _, err := semver.NewConstraint(strings.ReplaceAll(spec, "==", "=")); err == nil {
		return nil
	}
	return fmt.Errorf("%q is no version specifier: expected one such as \">=0.1,<1.0\"", spec)
}
