// Package architecture holds the rules on who may import whom, and the test that enforces them.
// The rules are functions over a graph, so that they can be shown to fail.
package architecture

import (
	"maps"
	"slices"
	"strings"
)

const module = "github.com/styrmin/kubectl-styrmin"

// pkg is one package: ours, or one that ours lead to.
type pkg struct {
	imports     []string
	testImports []string
	// files are the Go files, known of our own packages only.
	files []string
}

// graph has every package by import path.
type graph map[string]pkg

// ours lists the packages of the module, sorted.
func (g graph) ours() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(g)), func(path string) bool { return !isOurs(path) })
}

func isOurs(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// short is a package's path below the module.
func short(path string) string { return strings.TrimPrefix(path, module+"/") }

// within tells whether a path is a package or below it.
func within(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }

// withinAny is within for several.
func withinAny(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return within(path, p) })
}

// route finds a shortest chain of imports from a package to one of the prefixes, or nil.
func (g graph) route(from string, to []string) []string {
	seen := map[string]bool{from: true}
	for queue := [][]string{{from}}; len(queue) > 0; queue = queue[1:] {
		chain := queue[0]
		for _, next := range g[chain[len(chain)-1]].imports {
			if seen[next] {
				continue
			}
			seen[next] = true
			longer := append(slices.Clone(chain), next)
			if withinAny(next, to) {
				return longer
			}
			queue = append(queue, longer)
		}
	}
	return nil
}
