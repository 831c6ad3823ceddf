package driver

import (
	"fmt"
	"maps"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// Bounds on what a file may hold, far above what a driver needs.
const (
	// maxNodes bounds the values of a driver, with those that aliases expand to.
	maxNodes = 100_000
	maxDepth = 100
	maxKey   = 512
)

// reader turns YAML nodes into JSON-compatible values.
type reader struct {
	source *source
	report reporter
	nodes  int
	// steps lead to the value that is being read.
	steps []step
	// depth counts the enclosing values; aliases and merged mappings are some, too.
	depth int
	// open holds the anchored nodes being expanded, to find one inside itself.
	open map[*yaml.Node]bool
}

// parseYAML reads one document whose root is a mapping; nil when there is none.
func parseYAML(text string, report reporter) (map[string]any, *source) {
	src := newSource(text)
	root := document(src, report)
	if root == nil {
		return nil, src
	}
	r := &reader{source: src, report: report, open: map[*yaml.Node]bool{}}
	value := r.convert(root)
	if r.nodes > maxNodes {
		return nil, src
	}
	mapping, ok := value.(map[string]any)
	if !ok {
		r.problem(root, "yaml-type", fmt.Sprintf("the file holds %s, but a mapping is expected", describe(value)),
			"begin with `apiVersion: styrmin.io/v1` and `kind: ApplicationDriver`")
		return nil, src
	}
	src.root = root
	return mapping, src
}

// convert reads a node; problems become diagnostics.
func (r *reader) convert(n *yaml.Node) any {
	r.nodes++
	if r.nodes == maxNodes+1 {
		r.tooMany(n)
	}
	if r.nodes > maxNodes {
		return nil
	}
	if r.depth++; r.depth > maxDepth {
		r.depth--
		r.problem(n, "yaml-depth", fmt.Sprintf("values are nested more than %d deep", maxDepth), "check the brackets and the indentation")
		return nil
	}
	defer func() { r.depth-- }()
	switch n.Kind {
	case yaml.AliasNode:
		return r.alias(n)
	case yaml.MappingNode:
		return r.mapping(n)
	case yaml.SequenceNode:
		return r.sequence(n)
	}
	return r.scalar(n)
}

func (r *reader) tooMany(n *yaml.Node) {
	r.problem(n, "yaml-alias", fmt.Sprintf("the file has more than %d values, counting what aliases expand to", maxNodes), "use fewer aliases, or move data into another file")
}

// within reads a node one step further down the path.
func (r *reader) within(s step, n *yaml.Node) any {
	r.steps = append(r.steps, s)
	value := r.convert(n)
	r.steps = r.steps[:len(r.steps)-1]
	return value
}

func (r *reader) alias(n *yaml.Node) any {
	if r.open[n.Alias] {
		r.problem(n, "yaml-alias", fmt.Sprintf("the anchor %q contains itself", n.Value), "write the value out")
		return nil
	}
	r.open[n.Alias] = true
	defer delete(r.open, n.Alias)
	return r.convert(n.Alias)
}

func (r *reader) sequence(n *yaml.Node) []any {
	list := make([]any, 0, len(n.Content))
	for i, item := range n.Content {
		list = append(list, r.within(step{index: i}, item))
	}
	return list
}

func (r *reader) mapping(n *yaml.Node) map[string]any {
	r.open[n] = true
	defer delete(r.open, n)
	out := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].ShortTag() == mergeTag {
			r.merge(out, n.Content[i+1])
		}
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name, ok := r.keyName(key)
		if !ok {
			continue
		}
		if earlier := first[name]; earlier != nil {
			r.duplicate(name, earlier, key)
			continue
		}
		first[name] = key
		out[name] = r.within(step{key: name, keyed: true}, value)
	}
	if len(out) == 0 && len(n.Content) > 0 && !r.report.full("yaml-type") {
		// No key of it is one, so it was not meant to be a mapping.
		r.invalid()
	}
	return out
}

func (r *reader) duplicate(name string, first, second *yaml.Node) {
	const rule = "yaml-duplicate-key"
	if r.report.full(rule) {
		return
	}
	r.report.add(diagnostic.Diagnostic{
		Position: r.source.extent(second), Rule: rule, Path: diagnostic.Field(join(r.steps), name),
		Message: fmt.Sprintf("the key %q is given a second time; the first is on line %d", name, r.source.extent(first).Line), Help: "remove one of the two",
	})
}

// merge adds the keys of `<<`; the mapping's own keys come later and win.
func (r *reader) merge(out map[string]any, n *yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		// Earlier items win, so they are written last.
		for i := len(n.Content) - 1; i >= 0; i-- {
			r.merge(out, n.Content[i])
		}
		return
	}
	merged, ok := r.convert(n).(map[string]any)
	if !ok && r.nodes <= maxNodes {
		r.problem(n, "yaml-type", "the value of `<<` is no mapping", "give an alias of a mapping, as in `<<: *base`")
	}
	maps.Copy(out, merged)
}

// keyName is the key as a string, as JSON wants it; false when there is none.
func (r *reader) keyName(key *yaml.Node) (string, bool) {
	name := resolve(key)
	switch {
	case name.ShortTag() == mergeTag:
		return "", false
	case name.Kind != yaml.ScalarNode || name.ShortTag() == "!!null":
		r.say(key, "yaml-type", "the key is no string", r.keyHelp(key))
		return "", false
	case len(name.Value) > maxKey:
		r.say(key, "yaml-type", fmt.Sprintf("the key is longer than %d bytes", maxKey), "check the quotes and the indentation")
		return "", false
	}
	return name.Value, true
}

func (r *reader) keyHelp(key *yaml.Node) string {
	if key.Kind == yaml.MappingNode && strings.HasPrefix(r.source.rest(key.Line, key.Column-1), "{{") {
		return noTemplate
	}
	return "use a plain word as the key"
}

// problem reports a value that cannot be read.
func (r *reader) problem(n *yaml.Node, rule, message, help string) {
	if r.say(n, rule, message, help) {
		r.invalid()
	}
}

// invalid spares the value that is being read further problems.
func (r *reader) invalid() { r.source.invalid = append(r.source.invalid, join(r.steps)) }

// say reports a problem; false means that there are too many like it.
func (r *reader) say(n *yaml.Node, rule, message, help string) bool {
	if r.report.full(rule) {
		return false
	}
	r.report.add(diagnostic.Diagnostic{Position: r.source.extent(n), Rule: rule, Path: join(r.steps), Message: message, Help: help})
	return true
}
