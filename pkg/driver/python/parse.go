package python

import (
	"fmt"
	"slices"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// SyntaxError is a place at which the source is not Python.
type SyntaxError struct {
	diagnostic.Position
	Message string
}

// Error formats the message with its line and column.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Parse reads the source in time linear in its size. The error is a
// *SyntaxError, the first one of the file. Safe for concurrent use.
func Parse(src string) (*Module, error) {
	src, encoding, err := prepare(src)
	if err != nil {
		return nil, err
	}
	module := &Module{Scope: &Scope{Kind: ModuleScope}, Encoding: encoding}
	p := &parser{scanner: newScanner(src), scope: module.Scope}
	p.scanner.foreign = encoding != nil && encoding.Misread
	p.tok, p.ahead = p.scan(), p.scan()
	for p.tok.kind != end {
		p.statement()
	}
	if p.err != nil {
		return nil, p.err
	}
	return module, nil
}

// parser reads statements, and notes in scopes what they bind and call. After
// its first problem it sees the end of the file and nothing else, so no
// function of it returns an error.
type parser struct {
	scanner
	// last, tok and ahead are three tokens in a row; tok is the current one.
	last, tok, ahead token
	scope            *Scope
	when             When
	// loops counts the loops of the current function around the current token.
	loops int
	// depth counts the expressions around the current token.
	depth int
	// awaits are those outside of async functions; a comprehension may yet
	// turn out to be around them.
	awaits []token
	// trying tells that another reading is possible if this one fails.
	trying bool
}

// advance goes to the next token and returns the one before.
func (p *parser) advance() token {
	p.last, p.tok, p.ahead = p.tok, p.ahead, p.scan()
	return p.last
}

func (p *parser) at(word string) bool { return p.tok.is(word) }

func (p *parser) atAny(words ...string) bool { return p.tok.isAny(words) }

// accept advances when the operator or keyword comes next.
func (p *parser) accept(word string) bool {
	if !p.at(word) {
		return false
	}
	p.advance()
	return true
}

// fail ends the reading. Of several problems the first one counts, but for
// brackets that are never closed: they are why what follows made no sense.
func (p *parser) fail(at diagnostic.Position, format string, args ...any) {
	if p.err == nil && !p.trying && len(p.open) > 0 {
		for p.scan().kind != end {
		}
		if p.err != nil && !p.unclosed {
			p.err = nil
		}
	}
	if p.err == nil {
		p.err = &SyntaxError{Position: at, Message: fmt.Sprintf(format, args...)}
	}
	p.tok, p.ahead = token{Position: at}, token{Position: at}
}

// attempt undoes what it read if it fails.
func (p *parser) attempt(read func() bool) bool {
	saved := *p
	saved.scanner = p.scanner.clone()
	bindings, calls, inner := len(p.scope.Bindings), len(p.scope.Calls), len(p.scope.Inner)
	p.trying = true
	if read() && p.err == nil {
		p.trying = saved.trying
		return true
	}
	*p = saved
	p.scope.Bindings, p.scope.Calls, p.scope.Inner = p.scope.Bindings[:bindings], p.scope.Calls[:calls], p.scope.Inner[:inner]
	return false
}

// bind gives a meaning to a name.
func (p *parser) bind(b Binding) {
	b.When = p.when
	p.scope.Bindings = push(p.scope.Bindings, b)
}

// push appends. In contrast to append it doubles long slices, too, which
// copies those of a huge file less often.
func push[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		s = slices.Grow(s, max(4, len(s)))
	}
	return append(s, v)
}

// enter makes a scope inside of the current one and returns how to leave it.
func (p *parser) enter(kind ScopeKind) (inner *Scope, leave func()) {
	outer, when, loops := p.scope, p.when, p.loops
	inner = &Scope{Kind: kind, Parent: outer}
	p.scope, p.when, p.loops = inner, Always, 0
	return inner, func() { p.scope, p.when, p.loops = outer, when, loops }
}

// enclose moves what was read since the marks into a scope of its own: only
// after its first part a comprehension shows that it is one.
func (p *parser) enclose(calls, inner int) *Scope {
	outer := p.scope
	s := &Scope{Kind: ComprehensionScope, Parent: outer}
	s.Calls, s.Inner = slices.Clone(outer.Calls[calls:]), slices.Clone(outer.Inner[inner:])
	for _, i := range s.Inner {
		i.Parent = s
	}
	outer.Calls, outer.Inner = outer.Calls[:calls], append(outer.Inner[:inner], s)
	return s
}

// function is the function around the current token; nil in a module or a class.
func (p *parser) function() *Function {
	s := p.scope
	for s.Kind == ComprehensionScope {
		s = s.Parent
	}
	return s.Function
}

// span is the position from the first to the last of two places.
func span(first, last diagnostic.Position) diagnostic.Position {
	first.EndLine, first.EndColumn = last.EndLine, last.EndColumn
	return first
}
