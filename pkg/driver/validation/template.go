package validation

import (
	"errors"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

func checkValuesTemplate(c *checker) {
	text, given := c.Files[v1.ValuesFile]
	if !given {
		return
	}
	var problem *values.Error
	if err := values.Check(v1.ValuesFile, text); errors.As(err, &problem) {
		at := diagnostic.Position{Line: problem.Line, EndLine: problem.Line}
		c.inFile(diagnostic.Error, "values-template", v1.ValuesFile, at, "", "not a valid template: "+problem.Message)
	}
}
