package driver

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	pep440 "github.com/aquasecurity/go-pep440-version"
)

// clause is an operator and a version.
var clause = regexp.MustCompile(`^(===|==|!=|<=|>=|~=|<|>|=|\^|~)?\s*([^\s<>=!~^,|]+)$`)

// VersionSupported reports whether the version satisfies the specifier, such as
// ">=0.1,<1.0". Both are read as Python's (PEP 440), and where one is none, as
// semantic versions. An empty specifier allows every version. Pre-releases count:
// who asks for one by name wants it.
func VersionSupported(spec, version string) (bool, error) {
	clauses, err := splitSpecifier(spec)
	if err != nil {
		return false, err
	}
	if err := CheckVersion(version); err != nil {
		return false, err
	}
	for _, c := range clauses {
		if ok, err := clauseHolds(c, version); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// CheckSpecifier reports what is wrong with a version specifier.
func CheckSpecifier(spec string) error {
	_, err := splitSpecifier(spec)
	return err
}

// CheckVersion reports what is wrong with an application version.
func CheckVersion(version string) error {
	if _, err := pep440.Parse(version); err == nil {
		return nil
	}
	if _, err := semver.NewVersion(version); err == nil {
		return nil
	}
	return fmt.Errorf("%q is no version: expected one such as 1.4.2", version)
}

// splitSpecifier returns the clauses, each of which one of the libraries understands.
func splitSpecifier(spec string) ([]string, error) {
	var out []string
	for c := range strings.SplitSeq(spec, ",") {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		if !clause.MatchString(c) {
			return nil, fmt.Errorf("%q is no version specifier: %w", spec, clauseHint(c))
		}
		_, perr := pep440.NewSpecifiers(c)
		_, serr := semver.NewConstraint(asSemver(c))
		if perr != nil && serr != nil {
			return nil, fmt.Errorf("%q is no version specifier: `%s` is not an operator and a version, such as `>=0.1`", spec, c)
		}
		out = append(out, c)
	}
	return out, nil
}

func clauseHint(c string) error {
	switch {
	case strings.Contains(c, "||"):
		return errors.New("`||` is not supported; separate clauses that must all hold by commas")
	case len(strings.Fields(c)) > 1:
		return fmt.Errorf("`%s` holds more than one clause; separate them by commas", c)
	}
	return fmt.Errorf("`%s` is not an operator and a version, such as `>=0.1`", c)
}

// clauseHolds compares by PEP 440, or else by semantic versioning.
func clauseHolds(c, version string) (bool, error) {
	specifier, serr := pep440.NewSpecifiers(c, pep440.WithPreRelease(true))
	v, verr := pep440.Parse(version)
	if serr == nil && verr == nil {
		return specifier.Check(v), nil
	}
	constraint, err := semver.NewConstraint(asSemver(c))
	if err != nil {
		return false, fmt.Errorf("`%s` cannot be compared with the version %q: %w", c, version, err)
	}
	sv, err := semver.NewVersion(version)
	if err != nil {
		return false, fmt.Errorf("%q is no semantic version, so `%s` cannot be compared with it: %w", version, c, err)
	}
	constraint.IncludePrerelease = true
	return constraint.Check(sv), nil
}

// asSemver writes Python's operators as those of semantic versioning.
func asSemver(c string) string {
	if bare := strings.TrimLeft(c, "="); bare != c {
		return "=" + bare
	}
	return c
}
