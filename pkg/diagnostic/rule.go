package diagnostic

// Rule documents what the problems that bear its ID are about.
type Rule struct {
	// ID is what stands in brackets behind a message: lower-case words joined by hyphens.
	ID string
	// Summary says in one sentence what must hold.
	Summary string
}

const (
	homepage = "https://github.com/styrmin/kubectl-styrmin"
	// documentation is the page with a section for every rule.
	documentation = homepage + "/blob/main/docs/checks.md"
)

// URL is the section of the documentation that explains the rule.
func (r Rule) URL() string { return documentation + "#" + r.ID }

// URL is the section of the documentation that explains the rule of the problem.
func (d Diagnostic) URL() string { return Rule{ID: d.Rule}.URL() }
