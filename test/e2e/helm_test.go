package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// helm3 and helm4 are the programs of both major versions.
const (
	helm3 = "helm3"
	helm4 = "helm4"
)

func (s *space) helm(program string, arguments ...string) result {
	s.Helper()
	return s.run(append([]string{program, "-n", s.name}, arguments...)...)
}

// revision is a line of `helm history`.
type revision struct {
	Revision    int    `json:"revision"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Updated     string `json:"updated"`
}

// history is a release's, oldest first, as Helm tells it.
func (s *space) history(release string) []revision {
	s.Helper()
	r := s.helm(helm3, "history", release, "-o", "json")
	var revisions []revision
	if err := json.Unmarshal([]byte(r.stdout), &revisions); r.code != 0 || err != nil {
		s.Fatalf("%v\n%s", err, r)
	}
	return revisions
}

// statuses are the states of a release's revisions, oldest first.
func (s *space) statuses(release string) string {
	s.Helper()
	var all []string
	for _, r := range s.history(release) {
		all = append(all, r.Status)
	}
	return strings.Join(all, " ")
}

// unchanged runs something that must leave a release's history alone.
func (s *space) unchanged(release string, do func()) {
	s.Helper()
	before := s.history(release)
	do()
	if after := s.history(release); fmt.Sprint(after) != fmt.Sprint(before) {
		s.Fatalf("the history of release %s is now %v, before it was %v", release, after, before)
	}
}

// awaitRecord waits until a revision's record has a status.
func (s *space) awaitRecord(release string, number int, status string) {
	s.Helper()
	name := fmt.Sprintf("sh.helm.release.v1.%s.v%d", release, number)
	s.eventually(fmt.Sprintf("revision %d is %s", number, status), func() (string, bool) {
		record, err := cluster.kube.CoreV1().Secrets(s.name).Get(s.Context(), name, getOptions)
		if err != nil {
			return err.Error(), false
		}
		return record.Labels["status"], record.Labels["status"] == status
	})
}

// valuesFile writes the values of a deployment's current run to a file: what
// anybody gives to Helm who makes the very change of that run.
func (s *space) valuesFile(deployment string) string {
	s.Helper()
	run := s.deployment(deployment).Status.Run
	if run == nil {
		s.Fatalf("StyrminDeployment %s has no run", deployment)
	}
	secret, err := cluster.kube.CoreV1().Secrets(s.name).Get(s.Context(), instance.Name(deployment, run.Instance), metav1.GetOptions{})
	if err != nil {
		s.Fatal(err)
	}
	file := filepath.Join(s.TempDir(), "values.yaml")
	if err := os.WriteFile(file, secret.Data["values.yaml"], 0o600); err != nil {
		s.Fatal(err)
	}
	return file
}

// cleanupContext is for what happens after the test's own context has ended.
func cleanupContext(t *testing.T) context.Context {
	return cleanupWithin(t, 30*time.Second)
}

// cleanupWithin is the same for what takes longer.
func cleanupWithin(t *testing.T, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limit)
	time.AfterFunc(limit, cancel)
	return ctx
}
