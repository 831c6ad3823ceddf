package driver

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

const (
	// maxDocuments bounds the empty documents before the only one that is not.
	maxDocuments = 100
	// maxDirectives bounds the lines that begin with %, which cost the YAML library
	// quadratic time.
	maxDirectives = 100
	// maxMarks bounds what may separate values. Each costs the YAML library 200
	// bytes, and a file with more has far more than maxNodes values.
	maxMarks = 4 * maxNodes
)

// document is the root node of the only document that is not empty.
func document(src *source, report reporter) *yaml.Node {
	if isEmpty(src.lines) {
		report.add(empty())
		return nil
	}
	if d, ok := unreadable(src); !ok {
		report.add(d)
		return nil
	}
	var found *yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(src.text))
	for range maxDocuments {
		var n yaml.Node
		err := dec.Decode(&n)
		switch {
		case errors.Is(err, io.EOF) && found == nil:
			report.add(empty())
			return nil
		case errors.Is(err, io.EOF):
			return found
		case err != nil:
			report.add(syntaxError(src, err))
			return found
		case len(n.Content) == 0 || n.Content[0].ShortTag() == "!!null":
			continue
		case found != nil:
			report.add(second(src, n.Content[0]))
			return found
		}
		found = n.Content[0]
	}
	report.add(diagnostic.Diagnostic{Rule: "yaml-documents", Message: fmt.Sprintf("the file holds %d YAML documents or more, but a driver is one document", maxDocuments), Help: "remove the lines `---`"})
	return found
}

// isEmpty is true for blank lines, comments and markers of documents alone: the
// YAML library trips over an end without a beginning.
func isEmpty(lines []line) bool {
	return !slices.ContainsFunc(lines, func(l line) bool {
		text := strings.TrimPrefix(strings.TrimPrefix(l.text, "---"), "...")
		text = strings.TrimLeft(text, " \t")
		return text != "" && text[0] != '#'
	})
}

func empty() diagnostic.Diagnostic {
	return diagnostic.Diagnostic{
		Rule: "yaml-empty", Message: "the file is empty, but an ApplicationDriver is expected",
		Help: "begin with `apiVersion: styrmin.io/v1` and `kind: ApplicationDriver`; `kubectl styrmin init` writes a whole driver",
	}
}

func second(src *source, n *yaml.Node) diagnostic.Diagnostic {
	return diagnostic.Diagnostic{
		Position: src.extent(n), Rule: "yaml-documents",
		Message: "a second YAML document begins here, but a driver is one document",
		Help:    "keep every driver in a directory of its own",
	}
}

// unreadable finds what the YAML library would choke on, or take long to.
func unreadable(src *source) (diagnostic.Diagnostic, bool) {
	if strings.Count(src.text, "\n%") > maxDirectives {
		return diagnostic.Diagnostic{Rule: "yaml-syntax", Message: fmt.Sprintf("not valid YAML: more than %d lines begin with `%%`, as directives do", maxDirectives), Help: "remove them; a driver needs none"}, false
	}
	if marks(src.text) > maxMarks {
		return diagnostic.Diagnostic{Rule: "yaml-alias", Message: fmt.Sprintf("the file has more than %d lines, list items, commas and brackets, which no driver needs", maxMarks), Help: "move data into another file"}, false
	}
	for i, l := range src.lines {
		if at := strings.IndexFunc(l.text, isControl); at >= 0 {
			return controlCharacter(src, i+1, at), false
		}
	}
	return diagnostic.Diagnostic{}, true
}

// marks counts what may separate values, without reading the text as YAML.
func marks(text string) int {
	count := strings.Count(text, "- ")
	for i := range len(text) {
		switch text[i] {
		case '\n', ',', '[', '{', '?':
			count++
		}
	}
	return count
}

// isControl is true for the characters that YAML forbids.
func isControl(r rune) bool {
	return r < 0x20 && r != '\t' || r >= 0x7F && r <= 0x9F || r == 0xFFFE || r == 0xFFFF
}

// controlCharacter reports the one at the byte offset in the line.
func controlCharacter(src *source, number, offset int) diagnostic.Diagnostic {
	text := src.lines[number-1].text
	r := []rune(text[offset:])[0]
	help := "remove it"
	if r == 0 {
		help = "save the file as text, with the encoding UTF-8"
	}
	return diagnostic.Diagnostic{
		Position: src.at(number, len([]rune(text[:offset]))+1, 1), Rule: "yaml-syntax",
		Message: fmt.Sprintf("not valid YAML: the control character %U is not allowed", r), Help: help,
	}
}
