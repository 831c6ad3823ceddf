package python

import (
	"fmt"
	"slices"
	"strings"
)

// facts are all that is told apart of a module, as testdata/survey.py says it.
func (m *Module) facts(src string) string {
	f := &factList{namedCharacters: strings.Contains(src, `\N{`)}
	f.scope(m.Scope, "")
	slices.Sort(f.list)
	f.list = slices.CompactFunc(f.list, func(a, b string) bool { return a == b && strings.HasSuffix(a, " generates") })
	return strings.Join(f.list, "\n")
}

type factList struct {
	list []string
	// namedCharacters leaves the values of strings out: they may hold
	// characters given by their names, which are not looked up.
	namedCharacters bool
}

func (f *factList) say(scope string, words ...string) {
	fact := strings.Join(append([]string{scope}, words...), " ")
	f.list = append(f.list, strings.Map(func(r rune) rune {
		if r > 127 {
			return '?'
		}
		return r
	}, fact))
}

func (f *factList) scope(s *Scope, label string) {
	for _, b := range s.Bindings {
		f.binding(b, label)
	}
	for _, c := range s.Calls {
		f.call(c, label)
	}
	for _, inner := range s.Inner {
		if inner.Kind == LambdaScope {
			f.scope(inner, label+"/lambda")
		} else {
			f.scope(inner, label+"/for")
		}
	}
}

func (f *factList) binding(b Binding, label string) {
	when := fmt.Sprint(int(b.When))
	switch {
	case b.Function != nil:
		f.function(b.Function, label, when)
	case b.Class != nil:
		f.say(label, "class", fmt.Sprint(b.Line), b.Name, when)
		f.scope(b.Class.Body, label+"/"+b.Name)
	case b.Import != nil:
		f.say(label, "bind", b.Name, when, imported(b))
	case b.Parameter:
		f.say(label, "bind", b.Name, when, "parameter")
	case b.Unbound:
		f.say(label, "unbind", fmt.Sprintf("%d:%d", b.Line, b.Column), b.Name)
	default:
		f.say(label, "bind", b.Name, when, "")
		if b.Value != nil && b.Value.Kind != Other {
			f.say(label, "value", fmt.Sprintf("%d:%d", b.Line, b.Column), b.Name, f.show(*b.Value))
		}
	}
}

func imported(b Binding) string {
	at := fmt.Sprintf("%d:%d", b.EndLine, b.EndColumn)
	if b.Import.Member != "" {
		return fmt.Sprintf("from %s import %s %s", b.Import.Module, b.Import.Member, at)
	}
	if from := b.Import.From; from.Line == b.Line && from.Column == b.Column && from.EndColumn > b.EndColumn {
		at = fmt.Sprintf("%d:%d", b.Line, b.Column)
	}
	return fmt.Sprintf("import %s %s", b.Import.Module, at)
}

func (f *factList) function(d *Function, label, when string) {
	kind := "FunctionDef"
	if d.Async {
		kind = "AsyncFunctionDef"
	}
	words := []string{kind, fmt.Sprint(d.Line), d.Name, when}
	for _, decorator := range d.Decorators {
		words = append(words, f.show(decorator))
	}
	for _, p := range d.Parameters {
		words = append(words, fmt.Sprintf("%d:%d %s %s %s %s", p.Line, p.Column, p.Kind, p.Name, title(p.Annotated), title(p.HasDefault)))
	}
	f.say(label, words...)
	if d.Generator {
		f.say(label+"/"+d.Name, "generates")
	}
	f.scope(d.Body, label+"/"+d.Name)
}

func title(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func (f *factList) call(c *Call, label string) {
	how := ""
	switch {
	case c.Awaited:
		how = "awaited"
	case c.Dropped:
		how = "dropped"
	}
	words := []string{"call", fmt.Sprintf("%d:%d-%d:%d", c.Line, c.Column, c.EndLine, c.EndColumn), c.Path, how}
	for _, a := range c.Arguments {
		words = append(words, a.Name+"="+f.show(a.Value))
	}
	f.say(label, words...)
}

// show prints an expression as survey.py does.
func (f *factList) show(e Expression) string {
	switch e.Kind {
	case Path:
		return e.Text
	case String:
		if f.namedCharacters {
			return "str"
		}
		return "str:" + e.Text
	case Template:
		return "fstr"
	case Starred:
		return "*" + f.show(e.Items[0])
	case List:
		items := make([]string, len(e.Items))
		for i, item := range e.Items {
			items[i] = f.show(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return "?"
}
