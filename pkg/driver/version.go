package driver

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	pep440 "github.com/aquasecurity/go-pep440-version"
)

// VersionSupported reports whether the version satisfies the specifier, such as
// ">=0.1,<1.0". Both are read as Python's (PEP 440), and where one is none, as
// semantic versions. An empty specifier allows every version. Pre-releases count:
// who asks for one by name wants it.
func VersionSupported(spec, version string) (bool, error) {
	conditions, err := parseSpecifier(spec)
	if err != nil {
		return false, err
	}
	if err := CheckVersion(version); err != nil {
		return false, err
	}
	for _, c := range conditions {
		if ok, err := c.allows(version); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// CheckSpecifier reports what is wrong with a version specifier.
func CheckSpecifier(spec string) error {
	_, err := parseSpecifier(spec)
	return err
}

// CheckVersion reports what is wrong with an application version.
func CheckVersion(version string) error {
	if _, err := semver.NewVersion(version); err == nil || CheckPythonVersion(version) == nil {
		return nil
	}
	return fmt.Errorf("%q is no version: expected one such as 1.4.2", version)
}

// CheckPythonSpecifier reports what keeps Python from reading a specifier.
func CheckPythonSpecifier(spec string) error {
	for _, c := range clauses(spec) {
		if _, err := parseClause(c); err != nil {
			return err
		}
	}
	return nil
}

// CheckPythonVersion reports that Python cannot read the version.
func CheckPythonVersion(version string) error {
	if _, err := pep440.Parse(version); err != nil {
		return fmt.Errorf("%q is no version as Python defines them (PEP 440)", version)
	}
	return nil
}

// condition is a clause of a specifier in the two ways to read it; what cannot
// be read in one way is nil there.
type condition struct {
	text   string
	python *clause
	semver *semver.Constraints
}

// clauses splits a specifier at its commas.
func clauses(spec string) []string {
	var out []string
	for c := range strings.SplitSeq(spec, ",") {
		if c = strings.TrimSpace(c); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// semverForm is an operator, or none, and a version.
var semverForm = regexp.MustCompile(`^(==|!=|<=|>=|<|>|=|\^|~)?\s*[^\s<>=!~^,|]+$`)

// parseSpecifier reads every clause in the ways in which it can be read.
func parseSpecifier(spec string) ([]condition, error) {
	var out []condition
	for _, text := range clauses(spec) {
		c := condition{text: text}
		python, err := parseClause(text)
		if err == nil {
			c.python = &python
		}
		if semverForm.MatchString(text) {
			c.semver, _ = semver.NewConstraint(asSemver(text))
		}
		if c.python == nil && c.semver == nil {
			return nil, fmt.Errorf("%q is no version specifier: %w", spec, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// allows compares as Python does, or else by semantic versioning.
func (c condition) allows(version string) (bool, error) {
	if v, err := pep440.Parse(version); err == nil && c.python != nil {
		return c.python.holds(v), nil
	}
	v, err := semver.NewVersion(version)
	if err != nil || c.semver == nil {
		return false, fmt.Errorf("the version %q and `%s` cannot be compared: one is Python's, and the other is not", version, c.text)
	}
	c.semver.IncludePrerelease = true
	return c.semver.Check(v), nil
}

// asSemver writes Python's operators as those of semantic versioning.
func asSemver(c string) string {
	if bare := strings.TrimLeft(c, "="); bare != c {
		return "=" + bare
	}
	return c
}
