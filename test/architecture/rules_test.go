package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// layers lists every package, top first. A package imports only from layers below its own; a package
// and its subpackages count as one, but for those that are listed themselves. It refines the order that the design gives: cmd → plugin, webhook →
// engine, runner → lint → instance → jobs, lifecycle, components, helm → driver, values, release → diagnostic, api.
var layers = [][]string{
	{"cmd/kubectl-styrmin", "cmd/styrmin-webhook", "cmd/styrmin-runner"},
	{"plugin", "webhook"},
	{"pkg/doctor"},
	{"pkg/engine", "pkg/runner"},
	{"pkg/lint"},
	{"pkg/instance"},
	{"pkg/jobs", "pkg/components", "pkg/helm", "pkg/install"},
	{"pkg/lifecycle"},
	{"pkg/driver"},
	{"pkg/values", "pkg/release", "pkg/scaffold"},
	{"pkg/diagnostic", "pkg/api", "pkg/internal/jsonvalue", "pkg/warmup", "pkg/waited", "manifests", "pkg/runner/python"},
}

// outside are packages that are no part of the product; nothing of the product may import them.
var outside = []string{"test", "krew", "examples", "docs"}

// layerOf gives a package's layer, counted from the top, and the longest entry that covers it; -1 when none does.
func layerOf(path string) (found int, by string) {
	found = -1
	for i, layer := range layers {
		for _, entry := range layer {
			if within(path, entry) && len(entry) > len(by) {
				found, by = i, entry
			}
		}
	}
	return found, by
}

// arrowsPointDown is the rule of layers.
func arrowsPointDown(g graph) (problems []string) {
	for _, path := range g.ours() {
		from := short(path)
		if withinAny(from, outside) {
			continue
		}
		own, entry := layerOf(from)
		if own < 0 {
			problems = append(problems, fmt.Sprintf("%s has no layer: add it to the table in test/architecture", from))
			continue
		}
		for _, imported := range g[path].imports {
			to := short(imported)
			if !isOurs(imported) || within(to, entry) || withinAny(to, outside) {
				continue
			}
			if layer, _ := layerOf(to); layer >= 0 && layer <= own {
				problems = append(problems, fmt.Sprintf("%s imports %s, which is not in a layer below it", from, to))
			}
		}
	}
	return problems
}

// productIsAlone keeps tests, examples and build tools out of the product.
func productIsAlone(g graph) (problems []string) {
	for _, path := range g.ours() {
		if withinAny(short(path), outside) {
			continue
		}
		for _, imported := range g[path].imports {
			if isOurs(imported) && withinAny(short(imported), outside) {
				problems = append(problems, fmt.Sprintf("%s imports %s, which is no part of the product", short(path), short(imported)))
			}
		}
	}
	return problems
}

// helmIsWrapped leaves Helm to pkg/helm, in tests too.
func helmIsWrapped(g graph) (problems []string) {
	for _, path := range g.ours() {
		if within(short(path), "pkg/helm") {
			continue
		}
		for _, imported := range slices.Concat(g[path].imports, g[path].testImports) {
			if within(imported, "helm.sh/helm") {
				problems = append(problems, fmt.Sprintf("%s imports %s, only pkg/helm may", short(path), imported))
			}
		}
	}
	return problems
}

// nothingImportsTheCluster keeps the local cluster a program: tests use it through KUBECONFIG.
func nothingImportsTheCluster(g graph) (problems []string) {
	for _, path := range g.ours() {
		if within(short(path), "test/cluster") {
			continue
		}
		for _, imported := range slices.Concat(g[path].imports, g[path].testImports) {
			if within(imported, module+"/test/cluster") {
				problems = append(problems, fmt.Sprintf("%s imports %s", short(path), short(imported)))
			}
		}
	}
	return problems
}

// never says what a package and its subpackages must not reach, not even through others.
type never struct {
	from   string
	to     []string
	reason string
}

// clients are the ways to talk to a cluster.
var clients = []string{
	"k8s.io/client-go", "k8s.io/cli-runtime", "k8s.io/kubectl",
	"sigs.k8s.io/controller-runtime/pkg/client", "sigs.k8s.io/controller-runtime/pkg/manager", "helm.sh/helm",
}

var neverReached = []never{
	{"pkg/driver", clients, "it does no I/O against a cluster"},
	{"pkg/diagnostic", clients, "it does no I/O against a cluster"},
	{"pkg/lifecycle", clients, "it is pure"},
	{"pkg/release", clients, "the webhook uses it on what it was sent"},
	{"webhook", []string{"helm.sh/helm"}, "the webhook never imports Helm"},
	{"cmd/styrmin-webhook", []string{"helm.sh/helm"}, "the webhook never imports Helm"},
	{"plugin", []string{module + "/webhook"}, "plugin and webhook do not know each other"},
	{"webhook", []string{module + "/plugin"}, "plugin and webhook do not know each other"},
}

func reachesNothingForbidden(g graph) (problems []string) {
	for _, rule := range neverReached {
		for _, path := range g.ours() {
			if !within(short(path), rule.from) {
				continue
			}
			if chain := g.route(path, rule.to); chain != nil {
				problems = append(problems, fmt.Sprintf("%s; but %s", rule.reason, strings.Join(chain, " → ")))
			}
		}
	}
	return problems
}

// programs may use the process's arguments, streams and exit code: the product's mains, and the
// tools that make dist, make mutate-rules and the benchmarks run.
var programs = []string{"cmd", "krew/generate", "test/mutation", "test/benchmark"}

var ofTheProcess = []string{"Exit", "Args", "Stdin", "Stdout", "Stderr"}

// processIsLeftToMain reads the sources of our packages, tests excepted.
func processIsLeftToMain(g graph) (problems []string) {
	for _, path := range g.ours() {
		if withinAny(short(path), programs) {
			continue
		}
		for _, file := range g[path].files {
			found, err := usesOfProcess(file, nil)
			if err != nil {
				problems = append(problems, err.Error())
			}
			for _, use := range found {
				problems = append(problems, fmt.Sprintf("%s/%s, only cmd/ may", short(path), use))
			}
		}
	}
	return problems
}

// usesOfProcess finds os.Exit and its like in one file; source is as for parser.ParseFile.
func usesOfProcess(file string, source any) (found []string, err error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	name := importedAs(parsed, "os")
	if name == "" {
		return nil, nil
	}
	if name == "." {
		return []string{filepath.Base(file) + " imports os with a dot"}, nil
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := selector.X.(*ast.Ident)
		if ok && x.Name == name && slices.Contains(ofTheProcess, selector.Sel.Name) {
			at := set.Position(selector.Pos())
			found = append(found, fmt.Sprintf("%s:%d uses os.%s", filepath.Base(file), at.Line, selector.Sel.Name))
		}
		return true
	})
	return found, nil
}

// importedAs gives the name under which a file knows a package, or nothing.
func importedAs(file *ast.File, path string) string {
	for _, imported := range file.Imports {
		if imported.Path.Value != `"`+path+`"` {
			continue
		}
		if imported.Name != nil {
			return imported.Name.Name
		}
		return path
	}
	return ""
}
