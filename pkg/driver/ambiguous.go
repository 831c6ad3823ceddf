package driver

import (
	"fmt"
	"regexp"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// readings are the forms of text that YAML 1.1 reads as something else: kubectl
// and PyYAML still do.
var readings = []struct {
	as   string
	form *regexp.Regexp
}{
	{"a boolean", regexp.MustCompile(`^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$`)},
	{"a date", regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])`)},
	{"a number", regexp.MustCompile(`^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$`)},
}

// ambiguous warns of text without quotes that others read as something else.
func (c *checker) ambiguous(text, path string) {
	for _, r := range readings {
		if !r.form.MatchString(text) || c.report.full("yaml-ambiguous") {
			continue
		}
		if _, plain := c.source.plain(path); plain {
			c.report.add(diagnostic.Diagnostic{
				Position: c.source.value(path), Severity: diagnostic.Warning, Rule: "yaml-ambiguous", Path: path,
				Message: fmt.Sprintf("%s is `%s` without quotes, which kubectl or Python read as %s, not as text", path, text, r.as),
				Help:    fmt.Sprintf("put it in quotes: %q", text),
			})
		}
	}
}
