package jinja

import (
	"fmt"
	"strings"
)

// Template is a parsed template.
type Template struct {
	source *source
	body   []stmt
}

// Parse reads a template. An error is an [*Error].
func Parse(text string) (t *Template, err error) {
	defer catch(&err)
	s := newSource(text)
	p := &parser{source: s, tokens: lex(s)}
	return &Template{source: s, body: p.bodyUntil(nil, token{})}, nil
}

// maxNesting bounds how deep expressions and statements are nested.
const maxNesting = 300

// parser turns tokens into a tree.
type parser struct {
	*source
	tokens []token
	next   int
	depth  int
	// blocks are the names of the blocks so far: each may be there once.
	blocks map[string]bool
}

func (p *parser) fail(at Span, help, format string, args ...any) {
	panic(p.err(at, help, format, args...))
}

func (p *parser) current() token { return p.tokens[p.next] }

func (p *parser) look() token { return p.tokens[min(p.next+1, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.current()
	if t.kind != eof {
		p.next++
	}
	return t
}

// skip takes the word if it is next.
func (p *parser) skip(word string) bool {
	if p.current().is(word) {
		p.next++
		return true
	}
	return false
}

func (p *parser) expect(word string) token {
	if !p.current().is(word) {
		p.unexpected("`" + word + "`")
	}
	return p.take()
}

func (p *parser) expectName(what string) token {
	if p.current().kind != name {
		p.unexpected(what)
	}
	return p.take()
}

// unexpected fails at the current token.
func (p *parser) unexpected(expected string) {
	t := p.current()
	p.fail(t.at, "", "expected %s, found %s", expected, describe(t))
}

func describe(t token) string {
	switch t.kind {
	case eof:
		return "the end of the template"
	case variableEnd, blockEnd:
		return "the end of the tag, `" + t.text + "`"
	case text:
		return "a text"
	case data:
		return "text outside of a tag"
	}
	return "`" + t.text + "`"
}

// enter counts a level of nesting; the caller defers leave.
func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail(p.current().at, "", "nested too deeply: more than %d levels", maxNesting)
	}
}

func (p *parser) leave() { p.depth-- }

// maxChain bounds how many operators, filters or fields follow each other; the
// tree of an expression is as deep as that.
const maxChain = 500

// link fails when a chain has too many links.
func (p *parser) link(n int) {
	if n > maxChain {
		p.fail(p.current().at, "", "the expression is too long: more than %d parts in a row", maxChain)
	}
}

// from is the span from a start to the end of the last token that was taken.
func (p *parser) from(start int) Span {
	return Span{start, max(start, p.tokens[max(p.next-1, 0)].at.End)}
}

// bodyUntil parses up to one of the end words, which is then the current token.
// opening is the word of the statement that the body belongs to.
func (p *parser) bodyUntil(ends []string, opening token) []stmt {
	p.enter()
	defer p.leave()
	body := []stmt{}
	for {
		switch t := p.take(); t.kind {
		case data:
			body = append(body, &dataStmt{t.at, t.text})
		case variableBegin:
			e := p.tuple(tupleOptions{condition: true})
			if p.current().kind != variableEnd {
				p.unexpected("`}}`")
			}
			p.take()
			body = append(body, &outputStmt{p.from(t.at.Start), []expr{e}})
		case blockBegin:
			if p.endsAt(ends) {
				return body
			}
			if s := p.statement(t.at.Start, ends, opening); s != nil {
				body = append(body, s)
			}
		default:
			if ends == nil {
				return body
			}
			line, _ := p.point(opening.at.Start)
			p.fail(opening.at, "", "the `%s` of line %d is never closed; expected %s", opening.text, line, tags(ends))
		}
	}
}

func (p *parser) endsAt(ends []string) bool {
	for _, end := range ends {
		if p.current().kind == name && p.current().text == end {
			return true
		}
	}
	return false
}

// tags lists the tags of words: `{% else %}` or `{% endif %}`.
func tags(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("`{%% %s %%}`", w)
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

// block parses a tag's end, the body behind it and the word that ends the body.
func (p *parser) block(opening token, ends ...string) (body []stmt, end token) {
	p.skip(":")
	p.tagEnd()
	body = p.bodyUntil(ends, opening)
	return body, p.take()
}

func (p *parser) tagEnd() {
	if p.current().kind != blockEnd {
		p.unexpected("`%}`")
	}
	p.take()
}
