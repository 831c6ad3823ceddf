package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var postgresImage = fromEnv("STYRMIN_TEST_POSTGRES_IMAGE", "styrmin.local/postgres:15")

// ledgerPod is a database outside of every release, in which the actions of
// testdata/ledger write down that they ran.
const ledgerPod = `
apiVersion: v1
kind: Pod
metadata:
  name: ledger
  labels: {e2e: ledger}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext: {runAsNonRoot: true, runAsUser: 999, fsGroup: 999}
  containers:
    - name: database
      image: %s
      imagePullPolicy: IfNotPresent
      env:
        - {name: POSTGRES_USER, value: ledger}
        - {name: POSTGRES_PASSWORD, value: not-reached-from-outside}
        - {name: PGHOST, value: /tmp}
        - {name: PGUSER, value: ledger}
        - {name: PGDATABASE, value: ledger}
      readinessProbe: {exec: {command: [pg_isready, --quiet]}, periodSeconds: 1}
      volumeMounts: [{name: data, mountPath: /var/lib/postgresql}, {name: tmp, mountPath: /tmp}]
  volumes: [{name: data, emptyDir: {}}, {name: tmp, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata:
  name: ledger
spec:
  selector: {e2e: ledger}
  ports: [{port: 5432}]
`

// ledgerActions are those of an upgrade by testdata/ledger.
var ledgerActions = []string{"core_a", "post_a", "pre_a", "pre_b"}

// ledger is a space with the database in it.
type ledger struct{ *space }

func (s *space) newLedger() ledger {
	s.Helper()
	s.apply(fmt.Sprintf(ledgerPod, postgresImage))
	s.kubectl("wait", "pod/ledger", "--for=condition=Ready", "--timeout="+patience.String()).expect(s.T, 0)
	l := ledger{s}
	l.sql(ledgerSchema)
	return l
}

// ledgerSchema: an action notes that it began, waits while hold names it, and has
// its effect, a row in ledger.
const ledgerSchema = `
CREATE TABLE begun (version text NOT NULL, action text NOT NULL);
CREATE TABLE hold (action text NOT NULL);
CREATE TABLE ledger (version text NOT NULL, action text NOT NULL);
`

// hold makes an action wait before its effect until release is called.
func (l ledger) hold(action string) { l.Helper(); l.sql("INSERT INTO hold VALUES ('" + action + "')") }

func (l ledger) release(action string) {
	l.Helper()
	l.sql("DELETE FROM hold WHERE action = '" + action + "'")
}

// awaitBegun waits until an action of an upgrade has begun as often as that.
func (l ledger) awaitBegun(version, action string, times int) {
	l.Helper()
	l.eventually(fmt.Sprintf("action %s has begun %d times", action, times), func() (string, bool) {
		count := strings.TrimSpace(l.sql("SELECT count(*) FROM begun WHERE version = '" + version + "' AND action = '" + action + "'"))
		return count, count == fmt.Sprint(times)
	})
}

func (l ledger) sql(statement string) string {
	l.Helper()
	r := l.kubectl("exec", "ledger", "--", "psql", "--no-align", "--tuples-only", "--command", statement)
	if r.code != 0 {
		l.Fatal(r)
	}
	return r.stdout
}

// effects counts how often each action had its effect in an upgrade.
func (l ledger) effects(version string) map[string]int {
	l.Helper()
	counts := map[string]int{}
	for line := range strings.Lines(l.sql("SELECT action FROM ledger WHERE version = '" + version + "'")) {
		if action := strings.TrimSpace(line); action != "" {
			counts[action]++
		}
	}
	return counts
}

// once checks that every action had its effect exactly once; it says what else it saw.
func (l ledger) once(version string) (string, bool) {
	l.Helper()
	counts := l.effects(version)
	var wrong []string
	for _, action := range ledgerActions {
		if counts[action] != 1 {
			wrong = append(wrong, fmt.Sprintf("%s %d times", action, counts[action]))
		}
	}
	if extra := len(counts) - len(ledgerActions); extra > 0 {
		wrong = append(wrong, fmt.Sprintf("all of %q", slices.Sorted(maps.Keys(counts))))
	}
	return strings.Join(wrong, ", "), len(wrong) == 0
}
