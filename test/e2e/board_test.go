package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// boardPod lies outside every release, so that it is there before setup and
// stays through every upgrade.
const boardPod = `
apiVersion: v1
kind: Pod
metadata:
  name: board
  labels: {e2e: board}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 1
  securityContext: {runAsNonRoot: true, runAsUser: 65532}
  containers:
    - name: board
      image: %s
      imagePullPolicy: IfNotPresent
      command: [sleep, infinity]
      volumeMounts: [{name: board, mountPath: /board}]
  volumes: [{name: board, emptyDir: {}}]
`

// board is what the actions of testdata/board write on and obey.
type board struct{ *space }

func (s *space) newBoard() board {
	s.Helper()
	s.apply(fmt.Sprintf(boardPod, baseImage))
	s.kubectl("wait", "pod/board", "--for=condition=Ready", "--timeout="+patience.String()).expect(s.T, 0)
	visit, err := os.ReadFile("testdata/board/visit")
	if err != nil {
		s.Fatal(err)
	}
	execute(s.Context(), s.kubeconfig, string(visit), "kubectl", "-n", s.name, "exec", "-i", "board", "--",
		"sh", "-ceu", "cat > /board/visit; chmod +x /board/visit").expect(s.T, 0)
	return board{s}
}

// boardDriver assembles a driver directory: wide or small, see testdata/board.
func boardDriver(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/board")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, name+".styrmin.yml"), filepath.Join(dir, v1.DriverFile)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (b board) sh(script string) string {
	b.Helper()
	r := b.kubectl("exec", "board", "--", "sh", "-ceu", "cd /board; "+script)
	if r.code != 0 {
		b.Fatal(r)
	}
	return r.stdout
}

// hold makes actions wait until release is called.
func (b board) hold(actions ...string) {
	b.Helper()
	b.sh("touch hold-" + strings.Join(actions, " hold-"))
}

func (b board) release(actions ...string) {
	b.Helper()
	b.sh("rm hold-" + strings.Join(actions, " hold-"))
}

// fail makes an action fail until mend is called.
func (b board) fail(action string) { b.Helper(); b.sh("touch fail-" + action) }

func (b board) mend(action string) { b.Helper(); b.sh("rm fail-" + action) }

// log is what the actions wrote: "begin ACTION", "end ACTION".
func (b board) log() []string {
	b.Helper()
	return strings.Split(strings.TrimSpace(b.sh("touch log; cat log")), "\n")
}

// await waits until all of some lines were written.
func (b board) await(lines ...string) {
	b.Helper()
	b.eventually("the board says "+strings.Join(lines, ", "), func() (string, bool) {
		log := b.log()
		for _, line := range lines {
			if !slices.Contains(log, line) {
				return strings.Join(log, ", "), false
			}
		}
		return "", true
	})
}

// expectOnce checks that actions began and ended exactly once.
func (b board) expectOnce(actions ...string) {
	b.Helper()
	counts := map[string]int{}
	for _, line := range b.log() {
		counts[line]++
	}
	for _, action := range actions {
		if counts["begin "+action] != 1 || counts["end "+action] != 1 {
			b.Errorf("action %s began %d times and ended %d times, expected once", action, counts["begin "+action], counts["end "+action])
		}
	}
}
