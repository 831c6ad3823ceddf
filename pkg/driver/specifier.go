package driver

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	pep440 "github.com/aquasecurity/go-pep440-version"
)

// clause is one condition of a Python version specifier, as PEP 440 and
// Python's packaging define them. The PEP 440 library parses and compares
// versions; its own specifiers take 1.0rc1 for less than 1.0 and differ in more.
type clause struct {
	operator string
	// text is the version as it was written, without `.*`.
	text    string
	version pep440.Version
	// prefix is true for ==1.2.* and !=1.2.*.
	prefix bool
}

var clauseForm = regexp.MustCompile(`^(===|==|!=|~=|<=|>=|<|>)\s*(\S+)$`)

// parseClause reads an operator and a version.
func parseClause(s string) (clause, error) {
	m := clauseForm.FindStringSubmatch(s)
	if m == nil {
		return clause{}, clauseError(s)
	}
	c := clause{operator: m[1], text: m[2]}
	if c.operator == "===" {
		return c, nil
	}
	if c.operator == "==" || c.operator == "!=" {
		c.text, c.prefix = strings.CutSuffix(c.text, ".*")
	}
	var err error
	if c.version, err = pep440.Parse(c.text); err != nil {
		return clause{}, clauseError(s)
	}
	return c, c.check(s)
}

// check refuses versions that the operator cannot have.
func (c clause) check(s string) error {
	switch _, release := split(c.version); {
	case c.prefix && c.version.String() != c.version.BaseVersion():
		return fmt.Errorf("`%s` has more than numbers before `.*`", s)
	case c.operator == "~=" && len(release) < 2:
		return fmt.Errorf("`%s` needs two numbers or more, as in `~=1.4`", s)
	case c.version.Local() != "" && c.operator != "==" && c.operator != "!=":
		return fmt.Errorf("`%s` compares with a local version (`+%s`), which only `==` and `!=` can", s, c.version.Local())
	}
	return nil
}

func clauseError(s string) error {
	switch {
	case strings.Contains(s, "||"):
		return errors.New("`||` is not supported; separate clauses that must all hold by commas")
	case len(strings.Fields(s)) > 1:
		return errors.New("separate the clauses by commas")
	}
	return fmt.Errorf("`%s` is not an operator and a version, such as `>=0.1`", s)
}

// holds reports whether the version satisfies the clause.
func (c clause) holds(v pep440.Version) bool {
	switch c.operator {
	case "===":
		return strings.EqualFold(v.Original(), c.text)
	case "==":
		return c.equals(v)
	case "!=":
		return !c.equals(v)
	case "~=":
		_, release := split(c.version)
		return public(v).GreaterThanOrEqual(c.version) && c.hasPrefix(v, release[:len(release)-1])
	case "<=":
		return public(v).LessThanOrEqual(c.version)
	case ">=":
		return public(v).GreaterThanOrEqual(c.version)
	case "<":
		return c.above(v)
	}
	return c.below(v)
}

func (c clause) equals(v pep440.Version) bool {
	_, release := split(c.version)
	switch {
	case c.prefix:
		return c.hasPrefix(v, release)
	case c.version.Local() == "":
		v = public(v)
	}
	return v.Equal(c.version)
}

// hasPrefix reports whether the version's numbers begin with these; missing
// ones are zeros.
func (c clause) hasPrefix(v pep440.Version, prefix []string) bool {
	epoch, release := split(v)
	wanted, _ := split(c.version)
	for i, number := range prefix {
		if i < len(release) && release[i] != number || i >= len(release) && number != "0" {
			return false
		}
	}
	return epoch == wanted
}

// above is true for the versions that < allows: no pre-releases of the very
// version that it names, of which .dev0 is the first.
func (c clause) above(v pep440.Version) bool {
	if !c.version.IsPreRelease() && v.GreaterThanOrEqual(parsed(c.version.Public()+".dev0")) {
		return false
	}
	return v.LessThan(c.version)
}

// below is true for the versions that > allows: no post-releases and no local
// versions of the very version that it names.
func (c clause) below(v pep440.Version) bool {
	of, _, post := strings.Cut(v.Public(), ".post")
	if post && !c.version.IsPostRelease() && c.version.Equal(parsed(of)) {
		return false
	}
	return public(v).GreaterThan(c.version)
}

// public is the version without its local part.
func public(v pep440.Version) pep440.Version { return parsed(v.Public()) }

// parsed parses what the library printed.
func parsed(s string) pep440.Version {
	v, err := pep440.Parse(s)
	if err != nil {
		return pep440.Version{}
	}
	return v
}

// split is the version's epoch and the numbers of its release.
func split(v pep440.Version) (epoch string, release []string) {
	base := v.BaseVersion()
	if before, after, ok := strings.Cut(base, "!"); ok {
		epoch, base = before, after
	}
	return epoch, strings.Split(base, ".")
}
