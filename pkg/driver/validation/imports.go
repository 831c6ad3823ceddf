package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

func checkPythonImport(c *checker) {
	for _, module := range c.code.names {
		eachScope(c.code.modules[module].Scope, func(s *python.Scope) {
			for _, b := range s.Bindings {
				// An import in a try may fail.
				if b.Import != nil && b.When == python.Always {
					c.imported(module, b)
				}
			}
		})
	}
}

// imported reports an import that fails for sure, and one of a module whose
// name is misspelt.
func (c *checker) imported(module string, b python.Binding) {
	const rule = "python-import"
	from, member := b.Import.Module, b.Import.Member
	switch {
	case strings.HasPrefix(from, "."):
		c.inFile(diagnostic.Error, rule, fileOf(module), b.Import.From, absolute(from, member),
			fmt.Sprintf("the import from %q is relative, but %s is a module of its own and not part of a package", from, fileOf(module)))
	case member == "" || member == "*":
	case taken(from):
	case c.code.has(from):
		c.member(rule, module, b)
	default:
		c.misspelt(rule, module, b)
	}
}

// absolute is how a relative import is written instead.
func absolute(from, member string) string {
	from = strings.TrimLeft(from, ".")
	if from == "" {
		return fmt.Sprintf("write `import %s`", member)
	}
	return fmt.Sprintf("write `from %s import %s`", from, member)
}

// member reports a name that a module of the driver does not have.
func (c *checker) member(rule, module string, b python.Binding) {
	from := b.Import.Module
	if c.code.Lacks(from, b.Import.Member) {
		c.inFile(diagnostic.Error, rule, fileOf(module), b.Position, c.memberHelp(from, b.Import.Member),
			fmt.Sprintf("%s does not define %s", fileOf(from), b.Import.Member))
	}
}

func (c *checker) memberHelp(module, name string) string {
	var names []string
	for _, b := range c.code.modules[module].Bindings {
		names = append(names, b.Name)
	}
	if help := diagnostic.Suggest(name, names); help != "" || len(names) == 0 {
		return help
	}
	slices.Sort(names)
	return "it has " + listed(slices.Compact(names))
}

// misspelt warns of a module that is none of the driver's, when one with nearly
// the same name has what is imported.
func (c *checker) misspelt(rule, module string, b python.Binding) {
	near := diagnostic.Nearest(b.Import.Module, c.code.names)
	if near == "" || near == module || !c.code.Binds(c.code.modules[near].Scope, b.Import.Member) {
		return
	}
	c.inFile(diagnostic.Warning, rule, fileOf(module), b.Import.From, fmt.Sprintf("did you mean %q?", near),
		fmt.Sprintf("the driver has no %s, but %s defines %s", fileOf(b.Import.Module), fileOf(near), b.Import.Member))
}

func checkPythonShadows(c *checker) {
	for _, module := range c.code.names {
		if taken(module) {
			c.inFile(diagnostic.Warning, "python-module-name", fileOf(module), diagnostic.Position{}, "rename the file",
				fmt.Sprintf("%s has the name of a module of Python's or Styrmin's own; `import %s` does not give this file", fileOf(module), module))
		}
	}
}
