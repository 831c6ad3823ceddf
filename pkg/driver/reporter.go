package driver

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// reporter collects the problems of one file.
type reporter struct {
	problems *diagnostic.Collector
	file     string
}

func (r reporter) add(d diagnostic.Diagnostic) {
	d.File = r.file
	r.problems.Add(d)
}

// full is true when no more problems of the rule are taken: what it costs to say
// where they are can be spared.
func (r reporter) full(rule string) bool { return r.problems.Full(rule) }
