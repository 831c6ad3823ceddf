package validation

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// helmPrimitive is the primitive that upgrades the release from inside an action.
const helmPrimitive = "upgrade_deployment_version"

// maxReached bounds how many functions are looked at for one action.
const maxReached = 200

// helmCommand is a command line that changes a release, alone or in a shell's line.
var helmCommand = regexp.MustCompile(`(?:^|[;&|('"\n])\s*(?:(?:sudo|exec|time|nice)\s+)*(?:\S*/)?helm(?:\s+-\S+(?:\s+[^-\s]\S*)??)*\s+(upgrade|install|rollback|uninstall)(?:$|[\s;&|)'"])`)

// commandRunners are the functions that run commands, as they are called.
var commandRunners = []string{
	"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen", "subprocess.getoutput", "subprocess.getstatusoutput",
	"os.system", "os.popen", "os.execvp", "os.execlp", "os.spawnvp", "os.spawnlp",
	"asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_exec", "asyncio.subprocess.create_subprocess_shell",
	backendModule + ".execute_command", backendModule + ".execute_commands", backendModule + ".run_job",
}

func checkHelmUpgradeUnsaid(c *checker) {
	for _, t := range c.targets() {
		if t.function == nil || c.doubtful(t.index) {
			continue
		}
		core := t.action.Mode == v1.ModeCore && t.action.Hook == v1.HookUpgrade
		if _, said := c.Object.Annotations[v1.AnnotationHelmUpgrade]; core && said {
			continue
		}
		message, help := helmAdvice(t.action, core)
		for _, w := range c.reach(t.found) {
			c.inFile(diagnostic.Warning, "helm-upgrade-unsaid", fileOf(w.at.Module), w.at.Position, help, fmt.Sprintf("the action %q %s, %s", t.action.Name, w.what, message))
		}
	}
}

// helmAdvice says why an action should leave the release alone, and what to do.
func helmAdvice(a v1.Action, core bool) (message, help string) {
	const say = "`" + v1.AnnotationHelmUpgrade + ": " + v1.HelmUpgradeInAction + "` under metadata.annotations"
	switch {
	case core:
		return "but Styrmin has upgraded the release just before", "remove it, or leave the upgrade to the action by " + say
	case a.Mode == v1.ModeCore:
		return "but Styrmin has installed the release just before", "remove it"
	case a.Hook == v1.HookUpgrade:
		return fmt.Sprintf("but the release is changed in the mode %s, and this is %s", v1.ModeCore, a.Mode), "move it to an action of the mode " + string(v1.ModeCore) + ", and say so by " + say
	}
	return fmt.Sprintf("but Styrmin installs the release in the mode %s, and this is %s", v1.ModeCore, a.Mode), "remove it"
}

// work is a call that does Helm's work.
type work struct {
	at   python.Place
	what string
}

// summary is what a function does, as far as it matters here.
type summary struct {
	works []work
	calls []found
}

// reach lists the calls that do Helm's work in a function and in those of the
// driver that it calls.
func (c *checker) reach(from found) (all []work) {
	seen := map[*python.Function]bool{from.function: true}
	for queue := []found{from}; len(queue) > 0; queue = queue[1:] {
		s := c.summary(queue[0])
		all = append(all, s.works...)
		for _, next := range s.calls {
			if !seen[next.function] && len(seen) < maxReached {
				seen[next.function] = true
				queue = append(queue, next)
			}
		}
	}
	return all
}

// summary looks at every function once.
func (c *checker) summary(f found) *summary {
	if s := c.summaries[f.function]; s != nil {
		return s
	}
	s, called := &summary{}, map[*python.Function]bool{}
	c.callsOf(f, func(at python.Place, call *python.Call) {
		meanings := c.code.Resolve(at, call.Path)
		if what := c.helmWork(at, call, meanings); what != "" {
			s.works = append(s.works, work{at, what})
		}
		for _, next := range append(functionsOf(meanings), c.givenFunctions(at, call)...) {
			if !called[next.function] {
				called[next.function] = true
				s.calls = append(s.calls, next)
			}
		}
	})
	c.summaries[f.function] = s
	return s
}

// callsOf visits the calls in a function, but not in functions defined inside of it.
func (c *checker) callsOf(f found, visit func(at python.Place, call *python.Call)) {
	var within func(s *python.Scope)
	within = func(s *python.Scope) {
		for _, call := range s.Calls {
			visit(python.Place{Module: f.module, Scope: s, Position: call.Position}, call)
		}
		for _, inner := range s.Inner {
			within(inner)
		}
	}
	within(f.function.Body)
}

// functionsOf are the driver's functions among meanings.
func functionsOf(meanings []python.Meaning) (out []found) {
	for _, m := range meanings {
		if m.Binding != nil && m.Binding.Function != nil {
			out = append(out, found{module: m.Module, function: m.Binding.Function})
		}
	}
	return out
}

// givenFunctions are the driver's functions that a call is given, as in
// asyncio.to_thread(f): they are called, too.
func (c *checker) givenFunctions(at python.Place, call *python.Call) (out []found) {
	for _, a := range call.Arguments {
		if a.Value.Kind == python.Path && a.Value.Call == nil {
			out = append(out, functionsOf(c.code.Resolve(at, a.Value.Text))...)
		}
	}
	return out
}

// helmWork is in words what a call does to the release; empty when nothing.
func (c *checker) helmWork(at python.Place, call *python.Call, meanings []python.Meaning) string {
	for _, m := range meanings {
		plain, _ := normal(m.Name)
		if name, _, ok := ofBackend(m.Name); ok && name == helmPrimitive {
			return "calls " + helmPrimitive
		}
		if !contains(commandRunners, strings.TrimSuffix(plain, ".submit")) {
			continue
		}
		if verbs := c.helmVerbs(at, call); len(verbs) > 0 {
			return "runs `helm " + verbs[0] + "`"
		}
	}
	return ""
}

// helmVerbs are those of the commands in a call's arguments, also when a
// command has a name.
func (c *checker) helmVerbs(at python.Place, call *python.Call) (verbs []string) {
	words := python.Expression{Kind: python.List}
	for _, a := range call.Arguments {
		value := a.Value
		if b, _ := c.constant(at, value); b != nil {
			value = *b.Value
		}
		verbs = append(verbs, verbsIn(value)...)
		if a.Name == "" {
			words.Items = append(words.Items, value)
		}
	}
	// create_subprocess_exec("helm", "upgrade") has its words as arguments.
	return append(verbs, verbsOf(words)...)
}

// verbsIn finds commands in a string, in a list of words, and in a list of those.
func verbsIn(e python.Expression) (verbs []string) {
	switch e.Kind {
	case python.String, python.Template:
		if m := helmCommand.FindStringSubmatch(e.Text); m != nil {
			return []string{m[1]}
		}
	case python.List:
		for _, item := range e.Items {
			verbs = append(verbs, verbsIn(item)...)
		}
		return append(verbs, verbsOf(e)...)
	}
	return nil
}

// verbsOf finds a command among words.
func verbsOf(words python.Expression) []string {
	for i, word := range words.Items {
		if word.Kind != python.String || path.Base(word.Text) != "helm" {
			continue
		}
		line := []string{"helm"}
		for _, more := range words.Items[i+1:] {
			if more.Kind == python.String && more.Text != "" {
				line = append(line, strings.Join(strings.Fields(more.Text), "_"))
			} else {
				line = append(line, "{}")
			}
		}
		if m := helmCommand.FindStringSubmatch(strings.Join(line, " ")); m != nil {
			return []string{m[1]}
		}
	}
	return nil
}
