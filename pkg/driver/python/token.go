package python

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// kind tells tokens apart.
type kind int

const (
	name kind = iota
	number
	text
	operator
	newline
	indent
	dedent
)

// token is a word of the source. A string literal has no text.
type token struct {
	kind
	text string
	diagnostic.Position
}

// is reports whether the token is the operator or keyword.
func (t token) is(word string) bool {
	return t.text == word && (t.kind == operator || t.kind == name)
}
