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
	if _, err := values.Parse(v1.ValuesFile, text); errors.As(err, &problem) {
		c.inFile(diagnostic.Error, "values-template", v1.ValuesFile, problem.Position, problem.Help, "not a valid template: "+problem.Message)
	}
}
