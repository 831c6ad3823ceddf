package chart

import (
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

func named(*driver.Driver) map[string]bool { return nil }
