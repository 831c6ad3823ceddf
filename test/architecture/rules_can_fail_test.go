package architecture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// edges makes a graph of lines "importer importer's imports…"; a path that begins with / is ours.
// An import that begins with test: is one of a test.
func edges(lines ...string) graph {
	g := graph{}
	expand := func(path string) string {
		if strings.HasPrefix(path, "/") {
			return module + path
		}
		return path
	}
	for _, line := range lines {
		words := strings.Fields(line)
		var p pkg
		for _, word := range words[1:] {
			if test, ok := strings.CutPrefix(word, "test:"); ok {
				p.testImports = append(p.testImports, expand(test))
				continue
			}
			p.imports = append(p.imports, expand(word))
		}
		g[expand(words[0])] = p
	}
	return g
}

func TestRulesCanFail(t *testing.T) {
	for _, tc := range []struct {
		name string
		rule func(graph) []string
		g    graph
		want string // part of the only problem; empty: there is none
	}{
		{"down", arrowsPointDown, edges("/pkg/engine /pkg/helm /pkg/api/v1"), ""},
		{"up", arrowsPointDown, edges("/pkg/release /pkg/helm"), "pkg/release imports pkg/helm, which is not in a layer below"},
		{"sideways", arrowsPointDown, edges("/pkg/jobs /pkg/components"), "pkg/jobs imports pkg/components"},
		{"from below a package", arrowsPointDown, edges("/pkg/driver/python /pkg/engine"), "pkg/driver/python imports pkg/engine"},
		{"up from a listed part", arrowsPointDown, edges("/pkg/runner/python /pkg/runner"), "pkg/runner/python imports pkg/runner"},
		{"down to a listed part", arrowsPointDown, edges("/pkg/driver/validation /pkg/runner/python"), ""},
		{"within a package", arrowsPointDown, edges("/plugin /plugin/progress", "/pkg/driver/validation /pkg/driver"), ""},
		{"similar name is another package", arrowsPointDown, edges("/pkg/drivers /pkg/api/v1"), "pkg/drivers has no layer"},
		{"unknown package", arrowsPointDown, edges("/pkg/utils"), "pkg/utils has no layer"},
		{"others' packages", arrowsPointDown, edges("/pkg/release k8s.io/api/core/v1"), ""},
		{"tests may look up", arrowsPointDown, edges("/pkg/release test:/pkg/helm"), ""},

		{"product uses itself", productIsAlone, edges("/plugin /pkg/engine"), ""},
		{"product uses an example", productIsAlone, edges("/plugin /examples/notes"), "plugin imports examples/notes"},
		{"product uses a test", productIsAlone, edges("/pkg/jobs /test/demo"), "pkg/jobs imports test/demo"},
		{"an example uses the product", productIsAlone, edges("/examples/notes /pkg/driver"), ""},

		{"pkg/helm uses Helm", helmIsWrapped, edges("/pkg/helm helm.sh/helm/v3/pkg/action"), ""},
		{"plugin uses Helm", helmIsWrapped, edges("/plugin helm.sh/helm/v3/pkg/cli"), "plugin imports helm.sh/helm/v3/pkg/cli"},
		{"a test uses Helm", helmIsWrapped, edges("/pkg/release test:helm.sh/helm/v4/pkg/release"), "pkg/release imports helm.sh/helm/v4"},
		{"named like pkg/helm", helmIsWrapped, edges("/pkg/helmet helm.sh/helm/v3/pkg/cli"), "pkg/helmet imports"},

		{"a test uses the cluster", nothingImportsTheCluster, edges("/pkg/jobs test:/test/cluster/sandbox"), "pkg/jobs imports test/cluster/sandbox"},
		{"the cluster uses itself", nothingImportsTheCluster, edges("/test/cluster /test/cluster/sandbox"), ""},

		{"driver reaches a client", reachesNothingForbidden, edges("/pkg/driver/validation /pkg/values", "/pkg/values k8s.io/client-go/rest"), "pkg/driver/validation → " + module + "/pkg/values → k8s.io/client-go/rest"},
		{"driver reaches types", reachesNothingForbidden, edges("/pkg/driver k8s.io/api/core/v1", "k8s.io/api/core/v1 k8s.io/apimachinery/pkg/runtime"), ""},
		{"lifecycle reaches a client", reachesNothingForbidden, edges("/pkg/lifecycle sigs.k8s.io/controller-runtime/pkg/client"), "it is pure"},
		{"webhook reaches Helm", reachesNothingForbidden, edges("/webhook /pkg/jobs", "/pkg/jobs /pkg/helm", "/pkg/helm helm.sh/helm/v3/pkg/kube"), "the webhook never imports Helm; but"},
		{"webhook reaches a client", reachesNothingForbidden, edges("/webhook k8s.io/client-go/rest"), ""},
		{"plugin reaches webhook", reachesNothingForbidden, edges("/plugin /pkg/install", "/pkg/install /webhook/gate"), "plugin and webhook do not know each other"},
		{"webhook reaches plugin", reachesNothingForbidden, edges("/webhook /plugin/progress"), "plugin and webhook do not know each other"},
		{"import cycles end", reachesNothingForbidden, edges("/pkg/driver a", "a b", "b a"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) { expectProblem(t, tc.rule(tc.g), tc.want) })
	}
}

func expectProblem(t *testing.T, problems []string, want string) {
	t.Helper()
	if want == "" {
		if len(problems) > 0 {
			t.Errorf("unexpected: %q", problems)
		}
		return
	}
	if len(problems) != 1 || !strings.Contains(problems[0], want) {
		t.Errorf("problems %q, expected one with %q", problems, want)
	}
}

func TestProcessRuleCanFail(t *testing.T) {
	for _, tc := range []struct{ name, path, source, want string }{
		{"exit", "/pkg/jobs", "import \"os\"\nfunc f() { os.Exit(1) }", "pkg/jobs/x.go:3 uses os.Exit, only cmd/ may"},
		{"stream as a value", "/plugin", "import \"os\"\nvar out = os.Stdout", "plugin/x.go:3 uses os.Stdout"},
		{"under another name", "/plugin", "import sys \"os\"\nvar args = sys.Args", "uses os.Args"},
		{"by dot", "/plugin", "import . \"os\"\nvar args = Args", "imports os with a dot"},
		{"the rest of os", "/plugin", "import \"os\"\nvar home = os.Getenv(\"HOME\")", ""},
		{"somebody else's Exit", "/plugin", "import os \"example.org/os\"\nfunc f() { os.Exit(1) }", ""},
		{"in a comment", "/plugin", "import \"os\"\n// os.Exit is not for us.\nvar e = os.ErrNotExist", ""},
		{"in main", "/cmd/kubectl-styrmin", "import \"os\"\nfunc f() { os.Exit(1) }", ""},
		{"in the tool of make dist", "/krew/generate", "import \"os\"\nfunc f() { os.Exit(1) }", ""},
		{"not Go", "/plugin", "import", "missing import path"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.go")
			if err := os.WriteFile(file, []byte("package x\n"+tc.source), 0o600); err != nil {
				t.Fatal(err)
			}
			g := graph{module + tc.path: {files: []string{file}}}
			expectProblem(t, processIsLeftToMain(g), tc.want)
		})
	}
}

func TestEveryLayerNamesRealPackages(t *testing.T) {
	for _, layer := range layers {
		for _, entry := range layer {
			if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(entry))); err != nil {
				t.Errorf("the table of layers names %s: %v", entry, err)
			}
		}
	}
}
