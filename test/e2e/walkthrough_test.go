package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/test/python"
)

// walkThroughNamespace is the one that the page's commands name.
const walkThroughNamespace = "shop"

// block is a fenced block of the page, with the file that the line before it names.
var block = regexp.MustCompile("(?m)(?:^`([^`\n]+)`:\n\n)?^```(\\w+)\n((?s:.*?))^```$")

// TestWalkThrough does what docs/writing-a-driver.md says, block for block: files are
// written, commands are executed, and each line of output that is shown has to come.
func TestWalkThrough(t *testing.T) {
	w := newWalk(t)
	page, err := os.ReadFile("../../docs/writing-a-driver.md")
	if err != nil {
		t.Fatal(err)
	}
	said, blocks := result{}, block.FindAllStringSubmatch(string(page), -1)
	if fences := strings.Count(string(page), "\n```"); len(blocks) == 0 || fences != 2*len(blocks) {
		t.Fatalf("found %d blocks and %d fences: some blocks would be left out", len(blocks), fences)
	}
	for _, found := range blocks {
		switch file, language, content := found[1], found[2], found[3]; {
		case file != "":
			if err := os.WriteFile(filepath.Join(w.dir, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		case language == "sh":
			said = w.sh(content)
		case language == "text":
			said.expect(t, 0, strings.Split(strings.TrimSpace(content), "\n")...)
		default:
			t.Errorf("a block of %s says neither what to write nor what to execute:\n%s", language, content)
		}
	}
}

// walk is a directory in which the page is followed.
type walk struct {
	*space
	dir string
}

// newWalk makes a kubectl that names the images of this cluster where the page relies on the
// defaults, which no test can pull. It is all that differs from what a reader does.
func newWalk(t *testing.T) *walk {
	t.Helper()
	needCluster(t)
	namespaces := cluster.kube.CoreV1().Namespaces()
	if _, err := namespaces.Get(t.Context(), walkThroughNamespace, getOptions); !apierrors.IsNotFound(err) {
		t.Fatalf("namespace %s is there already (%v); the page makes it", walkThroughNamespace, err)
	}
	t.Cleanup(func() {
		if err := namespaces.Delete(cleanupContext(t), walkThroughNamespace, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			t.Logf("delete namespace %s: %v", walkThroughNamespace, err)
		}
	})
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	script := fmt.Sprintf(`#!/bin/sh
case "$1 $2" in
"styrmin prepare") set -- "$@" --images %s,%s ;;
"styrmin setup") set -- "$@" --job-image %s --runner-image %s --set image=%[3]s ;;
esac
exec %[5]s "$@"
`, registry(productImage), registry(actionImage), actionImage, productImage, kubectl)
	if err := os.WriteFile(filepath.Join(programs, "kubectl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", programs+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("STYRMIN_PYTHON", python.Executable(python.Environment(t)))
	t.Setenv("PREFECT_HOME", t.TempDir())
	return &walk{space: &space{T: t, name: walkThroughNamespace, kubeconfig: cluster.kubeconfig}, dir: t.TempDir()}
}

// sh executes a block's commands, and stops at the first that fails.
func (w *walk) sh(commands string) result {
	w.Helper()
	r := execute(w.Context(), w.kubeconfig, "", "sh", "-euc", "cd "+w.dir+"\n"+commands)
	return r.expect(w.T, 0)
}
