// Package validation holds the rules that make a driver runnable. They are pure:
// driver in, all problems out.
package validation

import (
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

// Validate applies every rule to the driver and returns all problems, sorted.
func Validate(d *driver.Driver) diagnostic.List { return nil }
