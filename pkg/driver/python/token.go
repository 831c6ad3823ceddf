package python

import (
	"slices"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// kind tells tokens apart.
type kind uint8

const (
	end kind = iota // of the file, or of what is read of it
	newline
	indent
	dedent
	name
	keyword
	number
	text // a string without replacement fields
	operator
	templateStart // f", up to its quote
	templateText  // what is between the fields
	templateEnd   // the closing quote
)

// token is a word of the source.
type token struct {
	kind kind
	// text is as it is in the source, but a name is normalized.
	text string
	diagnostic.Position
}

// is reports whether the token is the operator or keyword.
func (t token) is(word string) bool {
	return (t.kind == operator || t.kind == keyword) && t.text == word
}

// isAny reports whether the token is one of the operators or keywords.
func (t token) isAny(words []string) bool {
	return (t.kind == operator || t.kind == keyword) && slices.Contains(words, t.text)
}

// startsOperand reports whether an operand may begin with the token, were there an operator before it.
func (t token) startsOperand() bool {
	switch t.kind {
	case name, number, text, templateStart:
		return true
	case keyword:
		return t.isAny([]string{"None", "True", "False", "lambda", "await", "not"})
	}
	return t.isAny([]string{"{", "...", "~"})
}

// words are the keywords.
var words = []string{
	"False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
	"del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
	"nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
}

var keywords = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}()
