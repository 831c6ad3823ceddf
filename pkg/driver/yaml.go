package driver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// Bounds on what a file may hold. Every value's path is kept, so deep nesting
// and long keys would cost far more than the file's size.
const (
	// maxNodes bounds what the aliases of a driver may expand to.
	maxNodes = 100_000
	maxDepth = 100
	maxKey   = 512
)

// reader turns YAML nodes into JSON-compatible values and notes where they stand.
type reader struct {
	source *source
	report func(d diagnostic.Diagnostic)
	lines  []string
	nodes  int
	depth  int
	// open holds the anchored nodes being expanded, to find one inside itself.
	open map[*yaml.Node]bool
}

// parseYAML reads one document whose root is a mapping; nil when there is none.
func parseYAML(text string, report func(diagnostic.Diagnostic)) (map[string]any, *source) {
	src := &source{text: text, values: map[string]diagnostic.Position{}, keys: map[string]diagnostic.Position{}}
	root := document(text, report)
	if root == nil {
		return nil, src
	}
	r := &reader{source: src, report: report, lines: strings.Split(text, "\n"), open: map[*yaml.Node]bool{}}
	value := r.convert(root, "")
	if r.nodes > maxNodes {
		return nil, src
	}
	mapping, ok := value.(map[string]any)
	if !ok {
		report(diagnostic.Diagnostic{
			Position: r.extent(root), Rule: "yaml-type",
			Message: fmt.Sprintf("the file holds %s, but a mapping is expected", describe(value)),
			Help:    "begin with `apiVersion: styrmin.io/v1` and `kind: ApplicationDriver`",
		})
	}
	return mapping, src
}

// document is the root node of the only document that is not empty.
func document(text string, report func(diagnostic.Diagnostic)) *yaml.Node {
	var found *yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		var n yaml.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			report(syntaxError(err))
			return nil
		}
		if len(n.Content) == 0 || n.Content[0].ShortTag() == "!!null" {
			continue
		}
		if found != nil {
			report(diagnostic.Diagnostic{
				Position: at(n.Content[0].Line, n.Content[0].Column, 1), Rule: "yaml-documents",
				Message: "a second YAML document begins here, but a driver is one document",
				Help:    "keep every driver in a directory of its own",
			})
			return nil
		}
		found = n.Content[0]
	}
	if found == nil {
		report(diagnostic.Diagnostic{
			Rule: "yaml-empty", Message: "the file is empty, but an ApplicationDriver is expected",
			Help: "begin with `apiVersion: styrmin.io/v1` and `kind: ApplicationDriver`",
		})
	}
	return found
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntaxError puts the YAML library's words into a diagnostic.
func syntaxError(err error) diagnostic.Diagnostic {
	d := diagnostic.Diagnostic{Rule: "yaml-syntax"}
	text := err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = strings.TrimPrefix(text, m[0])
		d.Line, _ = strconv.Atoi(m[1])
	}
	d.Message = "not valid YAML: " + text
	switch {
	case strings.Contains(text, "cannot start any token"):
		d.Help = "indent with spaces, not tabs, and put text that begins with a special character in quotes"
	case strings.Contains(text, "mapping values are not allowed"):
		d.Help = "check the indentation here and on the line above, and put text that contains `: ` in quotes"
	case strings.Contains(text, "did not find expected"):
		d.Help = "check the indentation and the brackets and quotes here and above"
	}
	return d
}

// convert reads the node at the field path; problems become diagnostics.
func (r *reader) convert(n *yaml.Node, path string) any {
	r.nodes++
	if r.nodes == maxNodes+1 {
		r.problem(n, path, "yaml-alias", fmt.Sprintf("aliases expand the file to more than %d values", maxNodes), "write the values out, or use fewer aliases")
	}
	if r.nodes > maxNodes {
		return nil
	}
	if r.depth++; r.depth > maxDepth {
		r.depth--
		r.problem(n, path, "yaml-depth", fmt.Sprintf("values are nested more than %d deep", maxDepth), "check the brackets and the indentation")
		return nil
	}
	defer func() { r.depth-- }()
	var value any
	switch n.Kind {
	case yaml.AliasNode:
		value = r.alias(n, path)
	case yaml.MappingNode:
		value = r.mapping(n, path)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			list = append(list, r.convert(item, diagnostic.Index(path, i)))
		}
		value = list
	default:
		value = r.scalar(n, path)
	}
	r.source.values[path] = r.extent(n)
	return value
}

func (r *reader) alias(n *yaml.Node, path string) any {
	if r.open[n.Alias] {
		r.problem(n, path, "yaml-alias", fmt.Sprintf("the anchor %q contains itself", n.Value), "write the value out")
		return nil
	}
	r.open[n.Alias] = true
	defer delete(r.open, n.Alias)
	return r.convert(n.Alias, path)
}

func (r *reader) mapping(n *yaml.Node, path string) any {
	r.open[n] = true
	defer delete(r.open, n)
	out := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].ShortTag() == "!!merge" {
			r.merge(out, n.Content[i+1], path)
		}
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.ShortTag() == "!!merge" {
			continue
		}
		name, ok := r.keyName(key, path)
		if !ok {
			continue
		}
		field := diagnostic.Field(path, name)
		if earlier := first[name]; earlier != nil {
			r.problem(key, field, "yaml-duplicate-key", fmt.Sprintf("the key %q is given a second time; the first is on line %d", name, earlier.Line), "remove one of the two")
			continue
		}
		first[name] = key
		out[name] = r.convert(value, field)
		r.source.keys[field] = r.extent(key)
	}
	return out
}

// merge adds the keys of `<<`; the mapping's own keys come later and win.
func (r *reader) merge(out map[string]any, n *yaml.Node, path string) {
	if n.Kind == yaml.SequenceNode {
		// Earlier items win, so they are written last.
		for i := len(n.Content) - 1; i >= 0; i-- {
			r.merge(out, n.Content[i], path)
		}
		return
	}
	merged, ok := r.convert(n, path).(map[string]any)
	if !ok {
		r.problem(n, path, "yaml-type", "the value of `<<` is no mapping", "give an alias of a mapping")
	}
	for k, v := range merged {
		out[k] = v
	}
}

// keyName is the key as a string, as JSON wants it.
func (r *reader) keyName(key *yaml.Node, path string) (string, bool) {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!null" {
		r.problem(key, path, "yaml-type", "the key is no string", "use a plain word as the key")
		return "", false
	}
	if len(key.Value) > maxKey {
		r.problem(key, path, "yaml-type", fmt.Sprintf("the key is longer than %d bytes", maxKey), "check the quotes and the indentation")
		return "", false
	}
	return key.Value, true
}

func (r *reader) problem(n *yaml.Node, path, rule, message, help string) {
	r.report(diagnostic.Diagnostic{Position: r.extent(n), Rule: rule, Path: path, Message: message, Help: help})
}
