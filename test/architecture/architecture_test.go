package architecture

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/tools/go/packages"
)

// rules are all that the design demands of the packages.
var rules = map[string]func(graph) []string{
	"arrows point down":                        arrowsPointDown,
	"the product imports only itself":          productIsAlone,
	"only pkg/helm imports Helm":               helmIsWrapped,
	"nothing imports the local cluster":        nothingImportsTheCluster,
	"nothing forbidden is reached":             reachesNothingForbidden,
	"the process is left to the main packages": processIsLeftToMain,
}

func TestArchitecture(t *testing.T) {
	g := load(t)
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			for _, problem := range rule(g) {
				t.Error(problem)
			}
		})
	}
}

// load reads the import graph of the whole module, everything it depends on included.
func load(t *testing.T) graph {
	t.Helper()
	roots, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedFiles,
		Dir:  "../..",
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	g := graph{}
	packages.Visit(roots, nil, func(p *packages.Package) {
		node := pkg{files: p.GoFiles}
		for path := range p.Imports {
			node.imports = append(node.imports, path)
		}
		if isOurs(p.PkgPath) && len(p.GoFiles) > 0 {
			node.testImports = testImports(t, filepath.Dir(p.GoFiles[0]))
		}
		g[p.PkgPath] = node
	})
	if len(g.ours()) < 20 {
		t.Fatalf("found only %d packages: the graph is not of the whole module", len(g.ours()))
	}
	return g
}

// testImports reads the imports of the test files in a directory.
func testImports(t *testing.T, dir string) (paths []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range parsed.Imports {
			path, err := strconv.Unquote(imported.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
	}
	return paths
}
