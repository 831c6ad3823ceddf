package diagnostic

// Rule documents what the problems that bear its ID are about.
type Rule struct {
	// ID is what stands in brackets behind a message: lower-case words joined by hyphens.
	ID string
	// Summary says in one sentence what must hold.
	Summary string
}

// documentation is the page with a section for every rule.
const documentation = "https://github.com/styrmin/kubectl-styrmin/blob/main/docs/checks.md"

// URL is the section of the documentation that explains the rule.
func (r Rule) URL() string { return documentation + "#" + r.ID }
