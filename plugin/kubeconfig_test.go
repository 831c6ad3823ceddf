package plugin

import (
	"os"
	"path/filepath"
	"testing"
)

// writeKubeconfig names a cluster that does not answer.
func writeKubeconfig(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	const content = `{apiVersion: v1, kind: Config, current-context: here,
clusters: [{name: here, cluster: {server: "https://127.0.0.1:1"}}],
users: [{name: me, user: {token: hunter2}}],
contexts: [{name: here, context: {cluster: here, user: me}}]}`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
