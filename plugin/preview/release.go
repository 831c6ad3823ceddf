package preview

import (
	"fmt"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// signs mark what becomes of an object, as unified diffs mark lines.
var signs = map[helm.Change]string{helm.Added: "+", helm.Changed: "~", helm.Removed: "-"}

var colours = map[helm.Change]string{helm.Added: green, helm.Changed: amber, helm.Removed: red}

// release shows in what the release would differ.
func (v *view) release() {
	if v.plan.Forgets > 0 {
		v.section(fmt.Sprintf("release %s: the record of revision %d, which is pending, is deleted first", v.plan.Release, v.plan.Forgets))
	}
	planned := v.plan.Helm
	if planned == nil {
		return
	}
	v.section(fmt.Sprintf("release %s: %s", v.plan.Release, tally(planned.Objects)))
	for _, object := range planned.Objects {
		v.line(colours[object.Change], "%s %s", signs[object.Change], nameOf(object))
		if !v.options.Short {
			v.hunks(object.Diff)
		}
	}
	for _, name := range planned.Definitions {
		v.line(green, "+ CustomResourceDefinition %s, unless it is there: Helm never changes one", name)
	}
	if len(planned.Hooks) > 0 {
		var hooks []string
		for _, hook := range planned.Hooks {
			hooks = append(hooks, fmt.Sprintf("%s %s (%s)", hook.Kind, hook.Name, strings.Join(hook.Events, ", ")))
		}
		v.line("", "Helm runs hooks of the chart: %s", strings.Join(hooks, ", "))
	}
}

// tally counts the objects that differ.
func tally(objects []helm.ObjectChange) string {
	counts := map[helm.Change]int{}
	for _, object := range objects {
		counts[object.Change]++
	}
	var parts []string
	for _, change := range []helm.Change{helm.Added, helm.Changed, helm.Removed} {
		if n := counts[change]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(n, "object"), change))
		}
	}
	if len(parts) == 0 {
		return "no object changes"
	}
	return list(parts)
}

func nameOf(object helm.ObjectChange) string {
	name := object.Name
	if object.Namespace != "" {
		name = object.Namespace + "/" + name
	}
	text := object.Kind + " " + name
	if len(object.Hook) > 0 {
		text += fmt.Sprintf(" (hook: %s)", strings.Join(object.Hook, ", "))
	}
	if object.Kept {
		text += " stays in the cluster, as its resource policy says"
	}
	return text
}

// hunks shows a unified diff.
func (v *view) hunks(diff string) {
	if diff == "" {
		return
	}
	for _, line := range strings.Split(strings.TrimRight(diff, "\n"), "\n") {
		attributes := ""
		switch line[:min(1, len(line))] {
		case "+":
			attributes = green
		case "-":
			attributes = red
		case "@":
			attributes = dim
		}
		v.line(attributes, "    %s", line)
	}
}

// caveats say why the change may be another one than what was shown.
func (v *view) caveats() {
	if v.plan.Helm == nil || len(v.plan.Helm.Unforeseen) == 0 {
		return
	}
	v.section("what Helm applies may differ from this, because the chart uses")
	for _, u := range v.plan.Helm.Unforeseen {
		v.line("", "  %s, which %s: %s", u.What, unforeseen(u.What), some(u.Templates))
	}
}

func unforeseen(what string) string {
	switch what {
	case "lookup":
		return "finds nothing here"
	case ".Capabilities":
		return "are a recent Kubernetes' here, not the cluster's"
	case ".Release.Revision":
		return "is 1 here"
	default:
		return "gives something else each time"
	}
}

// some shortens a list of templates.
func some(templates []string) string {
	const enough = 3
	if len(templates) <= enough {
		return strings.Join(templates, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(templates[:enough-1], ", "), len(templates)-enough+1)
}
