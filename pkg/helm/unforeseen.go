package helm

import (
	"maps"
	"path"
	"slices"
	"text/template/parse"

	"helm.sh/helm/v3/pkg/chart"
)

// Unforeseen is something that templates of a chart ask for and that rendering it without the
// cluster cannot know, or that is another each time.
type Unforeseen struct {
	// What is a function, such as lookup or randAlphaNum, or .Capabilities or .Release.Revision.
	What string `json:"what"`
	// Templates ask for it; their paths begin with the chart's name.
	Templates []string `json:"templates"`
}

// unforeseenFunctions ask the cluster, the clock or chance.
var unforeseenFunctions = map[string]bool{
	"lookup": true,
	"now":    true, "ago": true,
	"randAlpha": true, "randAlphaNum": true, "randAscii": true, "randBytes": true, "randInt": true, "randNumeric": true,
	"shuffle": true, "uuidv4": true, "bcrypt": true, "htpasswd": true, "encryptAES": true,
	"genCA": true, "genCAWithKey": true, "genPrivateKey": true, "genSelfSignedCert": true,
	"genSelfSignedCertWithKey": true, "genSignedCert": true, "genSignedCertWithKey": true,
}

// Unforeseen lists why what Render gives may not be what Apply applies. It reads the templates
// of the chart and its subcharts, whether they are used with given values or not. Templates that
// do not parse are passed over: Render says what is wrong with them.
func (c *Chart) Unforeseen() ([]Unforeseen, error) {
	loaded, err := c.fresh()
	if err != nil {
		return nil, err
	}
	templates := map[string][]string{}
	collectUnforeseen(loaded, templates)
	var out []Unforeseen
	for _, what := range slices.Sorted(maps.Keys(templates)) {
		slices.Sort(templates[what])
		out = append(out, Unforeseen{What: what, Templates: templates[what]})
	}
	return out, nil
}

func collectUnforeseen(c *chart.Chart, templates map[string][]string) {
	for _, file := range c.Templates {
		for what := range unforeseenIn(string(file.Data)) {
			templates[what] = append(templates[what], path.Join(c.ChartFullPath(), file.Name))
		}
	}
	for _, dependency := range c.Dependencies() {
		collectUnforeseen(dependency, templates)
	}
}

func unforeseenIn(text string) map[string]bool {
	found := map[string]bool{}
	tree := parse.New("")
	tree.Mode = parse.SkipFuncCheck
	set := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", set); err != nil {
		return found
	}
	for _, defined := range append(slices.Collect(maps.Values(set)), tree) {
		if defined.Root != nil {
			visit(defined.Root, found)
		}
	}
	return found
}

// visit collects what a node and those in it ask for.
func visit(node parse.Node, found map[string]bool) {
	switch n := node.(type) {
	case *parse.IdentifierNode:
		if unforeseenFunctions[n.Ident] {
			found[n.Ident] = true
		}
	case *parse.FieldNode:
		visitPath(n.Ident, found)
	case *parse.VariableNode:
		visitPath(n.Ident, found)
	case *parse.ChainNode:
		visitPath(n.Field, found)
	}
	for _, child := range childrenOf(node) {
		visit(child, found)
	}
}

func visitPath(names []string, found map[string]bool) {
	if slices.Contains(names, "Capabilities") {
		found[".Capabilities"] = true
	}
	if i := slices.Index(names, "Release"); i >= 0 && i+1 < len(names) && names[i+1] == "Revision" {
		found[".Release.Revision"] = true
	}
}

func childrenOf(node parse.Node) (children []parse.Node) {
	branch := func(b *parse.BranchNode) {
		children = append(children, b.Pipe, b.List)
		if b.ElseList != nil {
			children = append(children, b.ElseList)
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		return n.Nodes
	case *parse.ActionNode:
		return []parse.Node{n.Pipe}
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			children = append(children, command)
		}
	case *parse.CommandNode:
		return n.Args
	case *parse.ChainNode:
		return []parse.Node{n.Node}
	case *parse.TemplateNode:
		if n.Pipe != nil {
			return []parse.Node{n.Pipe}
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
	return children
}
