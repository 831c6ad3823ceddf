package validation

import (
	"regexp"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

const maxActionName = 63

var (
	actionName     = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?$`)
	actionLocation = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*\.py)::([A-Za-z_][A-Za-z0-9_]*)$`)
)

var (
	hooks = []string{string(v1.HookSetup), string(v1.HookUpgrade)}
	modes = []string{string(v1.ModePre), string(v1.ModeCore), string(v1.ModePost)}
)

// actionPath is the path of an action's field as the file has it.
func (c *checker) actionPath(i int, field string) string {
	return diagnostic.Index(c.ActionsPath(), i) + "." + field
}

func checkActionName(c *checker) {
	const rule = "action-name"
	for i, a := range c.Object.Spec.Actions {
		path := c.actionPath(i, "name")
		switch {
		case a.Name == "":
			c.err(rule, path, "", "%s is missing; expected a name such as pre_setup", path)
		case len(a.Name) > maxActionName:
			c.err(rule, path, "", "%s has %d characters; expected at most %d", path, len(a.Name), maxActionName)
		case !actionName.MatchString(a.Name):
			c.err(rule, path, "", "%s is %q; expected a letter, then letters, digits, '_' and '-', with a letter or digit at the end", path, a.Name)
		}
	}
}

func checkActionNameUnique(c *checker) {
	const rule = "action-name-unique"
	first := map[string]int{}
	for i, a := range c.Object.Spec.Actions {
		name := driver.KubernetesName(a.Name)
		earlier, taken := first[name]
		if a.Name == "" {
			continue
		}
		if !taken {
			first[name] = i
			continue
		}
		path, other := c.actionPath(i, "name"), c.actionPath(earlier, "name")
		if a.Name == c.Object.Spec.Actions[earlier].Name {
			c.err(rule, path, "rename one of the two", "%s is %q, as is %s", path, a.Name, other)
		} else {
			c.err(rule, path, "rename one of the two", "%s is %q and %s is %q, which are both %q as a Kubernetes name", path, a.Name, other, c.Object.Spec.Actions[earlier].Name, name)
		}
	}
}

func checkActionHook(c *checker) {
	for i, a := range c.Object.Spec.Actions {
		c.oneOf("action-hook", c.actionPath(i, "hook"), string(a.Hook), hooks)
	}
}

func checkActionMode(c *checker) {
	for i, a := range c.Object.Spec.Actions {
		c.oneOf("action-mode", c.actionPath(i, "mode"), string(a.Mode), modes)
	}
}

// maxActions bounds the actions of one hook. The StyrminDeployment's status
// records each action of a run: its name and its Job's (63 bytes each), state and
// times, who owns these fields, and when it failed the last error, which
// Kubernetes cuts at 4096 bytes. That is less than 5 KiB an action, so 256 of them
// that all failed stay below the 1.5 MiB that etcd takes.
const maxActions = 256

func checkActionsTooMany(c *checker) {
	count := map[v1.Hook]int{}
	for i, a := range c.Object.Spec.Actions {
		if count[a.Hook]++; count[a.Hook] == maxActions+1 && a.Hook != "" {
			path := diagnostic.Index(c.ActionsPath(), i)
			c.err("actions-too-many", path, "let one flow do the work of several",
				"%s is number %d of the hook %s; expected at most %d, since the record of a run must fit in one object", path, maxActions+1, a.Hook, maxActions)
		}
	}
}

func checkActionSame(c *checker) {
	first := map[v1.Action]int{}
	for i, a := range c.Object.Spec.Actions {
		slot := v1.Action{Hook: a.Hook, Mode: a.Mode, Location: a.Location}
		earlier, taken := first[slot]
		switch {
		case a.Location == "" || c.doubtful(i):
		case taken:
			c.warn("action-same", c.actionPath(i, "location"), "remove one of the two, or let them run different functions",
				"%s runs %s in the hook %s and the mode %s, as %s does: it runs twice at the same time",
				diagnostic.Index(c.ActionsPath(), i), a.Location, a.Hook, a.Mode, diagnostic.Index(c.ActionsPath(), earlier))
		default:
			first[slot] = i
		}
	}
}

// doubtful is true when it is not certain when the action runs.
func (c *checker) doubtful(i int) bool {
	a := c.Object.Spec.Actions[i]
	return !contains(hooks, string(a.Hook)) || !contains(modes, string(a.Mode))
}

// doubtfulActions is true when it is not certain when all actions run.
func (c *checker) doubtfulActions() bool {
	for i := range c.Object.Spec.Actions {
		if c.doubtful(i) {
			return true
		}
	}
	return c.Incomplete(c.ActionsPath())
}

func checkActionLocation(c *checker) {
	const rule = "action-location"
	for i, a := range c.Object.Spec.Actions {
		path := c.actionPath(i, "location")
		file, _, ok := splitLocation(a.Location)
		_, exists := c.Files[file]
		switch {
		case a.Location == "":
			c.err(rule, path, "", "%s is missing; expected a location such as \"actions.py::upgrade\"", path)
		case !ok:
			c.err(rule, path, locationHelp(a.Location), "%s is %q; expected FILE.py::FUNCTION, with the file beside %s", path, a.Location, v1.DriverFile)
		case !exists && !c.Partial && !c.Unreadable(file):
			c.err(rule, path, c.fileHelp(file), "%s names %s, but there is no such file beside %s", path, file, v1.DriverFile)
		}
	}
}

// checkFilesUnknown says what is not said about a driver of which only
// driver.styrmin.yml is at hand.
func checkFilesUnknown(c *checker) {
	if c.Partial && len(c.Object.Spec.Actions) > 0 {
		c.atKey(diagnostic.Warning, "files-unknown", c.ActionsPath(), "give the directory to `kubectl styrmin validate`, and register the driver by `kubectl styrmin driver load DIR`",
			"what the actions run could not be checked: only "+v1.DriverFile+" is at hand, not the files beside it")
	}
}

// splitLocation returns the file and the function of FILE.py::FUNCTION.
func splitLocation(location string) (file, function string, ok bool) {
	m := actionLocation.FindStringSubmatch(location)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// locationHelp guesses what a malformed location was meant to be.
func locationHelp(location string) string {
	for _, fix := range []struct{ from, to string }{{":", "::"}, {"#", "::"}} {
		if strings.Count(location, fix.from) == 1 {
			if fixed := strings.Replace(location, fix.from, fix.to, 1); actionLocation.MatchString(fixed) {
				return "did you mean \"" + fixed + "\"?"
			}
		}
	}
	if fixed := strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(location, " ", ""), "./"), "()"); actionLocation.MatchString(fixed) {
		return "did you mean \"" + fixed + "\"?"
	}
	if strings.Contains(location, "/") {
		return "the Python files lie side by side with " + v1.DriverFile + "; sub-directories are not read"
	}
	return ""
}

func (c *checker) fileHelp(file string) string {
	var names []string
	for name := range c.Files {
		if strings.HasSuffix(name, ".py") {
			names = append(names, name)
		}
	}
	if help := diagnostic.Suggest(file, names); help != "" {
		return help
	}
	return "write the file, with a Prefect flow for every action"
}
