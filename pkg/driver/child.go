package driver

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// child is the field that the first step of a field path leads to, and how much
// of the path that step is. The value is nil when there is no such field; an item
// of a list has no key.
func child(n *yaml.Node, path string) (key, value *yaml.Node, length int) {
	n = resolve(n)
	if n.Kind == yaml.SequenceNode {
		value, length = item(n, path)
		return nil, value, length
	}
	if key, value, length = ownChild(n, path); value != nil {
		return key, value, length
	}
	return mergedChild(n, path, maxDepth)
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// item reads [I].
func item(n *yaml.Node, path string) (*yaml.Node, int) {
	number, _, closed := strings.Cut(strings.TrimPrefix(path, "["), "]")
	i, err := strconv.Atoi(number)
	if err != nil || !closed || i < 0 || i >= len(n.Content) {
		return nil, 0
	}
	return n.Content[i], len(number) + 2
}

// ownChild finds the mapping's own key that the path begins with: the longest,
// since a key may hold what looks like the end of another.
func ownChild(n *yaml.Node, path string) (key, value *yaml.Node, length int) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if k := resolve(n.Content[i]); k.ShortTag() != mergeTag {
			if l := stepLength(k.Value, path); l > length {
				key, value, length = n.Content[i], n.Content[i+1], l
			}
		}
	}
	return key, value, length
}

// mergedChild looks into what `<<` merges into the mapping, as deep as that goes.
func mergedChild(n *yaml.Node, path string, depth int) (key, value *yaml.Node, length int) {
	for _, m := range merged(n) {
		if key, value, length = ownChild(m, path); value == nil && depth > 0 {
			key, value, length = mergedChild(m, path, depth-1)
		}
		if value != nil {
			return key, value, length
		}
	}
	return nil, nil, 0
}

// mergeTag marks the key `<<`.
const mergeTag = "!!merge"

// merged lists the mappings that `<<` merges into one, those that win first.
func merged(n *yaml.Node) []*yaml.Node {
	var out []*yaml.Node
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].ShortTag() != mergeTag {
			continue
		}
		from := resolve(n.Content[i+1])
		if from.Kind != yaml.SequenceNode {
			out = append(out, from)
			continue
		}
		for _, item := range from.Content {
			out = append(out, resolve(item))
		}
	}
	return out
}

// stepLength is how much of the path is a step to the key: KEY, .KEY or [KEY];
// 0 when it leads elsewhere.
func stepLength(key, path string) int {
	step := key
	switch {
	case strings.HasPrefix(path, "["):
		step = "[" + key + "]"
	case strings.ContainsAny(key, ".["):
		return 0 // no plain key
	case strings.HasPrefix(path, "."):
		step = "." + key
	}
	if !strings.HasPrefix(path, step) || step == "" {
		return 0
	}
	if rest := path[len(step):]; rest != "" && rest[0] != '.' && rest[0] != '[' {
		return 0
	}
	return len(step)
}

// step is one step of the path of a value that is being read.
type step struct {
	key   string
	index int // of a list's item, when there is no key
	keyed bool
}

// join writes the steps as a field path.
func join(steps []step) string {
	var path strings.Builder
	for _, s := range steps {
		part := diagnostic.Index("", s.index)
		if s.keyed {
			part = diagnostic.Field("", s.key)
		}
		if path.Len() > 0 && !strings.HasPrefix(part, "[") {
			path.WriteByte('.')
		}
		path.WriteString(part)
	}
	return path.String()
}
