package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
)

// infrahub: an upgrade whose migration fails with exit code 0, or ends with it and says
// nothing, stops there, with the workers stopped and the graph backed up; mended, the same
// command finishes it.
func infrahub(t *testing.T, s *space) {
	t.Helper()
	dir := filepath.Join(cluster.root, "examples", "infrahub")
	s.styrmin("setup", "infrahub", "--driver", dir, "--version", "1.10.0").expect(t, 0)
	s.graph(`{"schema": 1, "nodes": {"atl1": "Site", "edge1": ""}}`)

	upgrade := []string{"upgrade", "infrahub", "--driver", dir, "--version", "1.11.0"}
	s.styrmin(upgrade...).expect(t, 1,
		"Action migrate failed: CommandFailed: ", "Applying m002_node_kinds... FAILED", "Error: node edge1 has no kind",
		"infrahub 1.11.0 serves a graph with schema 1, and needs 2", // the server's own log
		"Succeeded, and not undone: quiesce", "Not run: resume")
	if live := s.workload("infrahub-task-worker"); *live.Spec.Replicas != 0 || live.Status.Replicas != 0 {
		t.Errorf("%d task workers are asked for and %d are there, expected none while the graph is not migrated", *live.Spec.Replicas, live.Status.Replicas)
	}
	s.kubectl("exec", "infrahub-database-0", "--", "cat", "/backups/neo4j.backup").expect(t, 0, `"edge1": ""`)

	s.graph(`{"schema": 1, "nodes": {}, "breaks_off": true}`)
	s.styrmin(upgrade...).expect(t, 1, "resumed: ", "Action migrate failed (attempt 2): CommandFailed: ", `no line of its output matches the expected "Upgrade complete`)

	s.graph(`{"schema": 1, "nodes": {"atl1": "Site", "edge1": "Device"}}`)
	s.styrmin(upgrade...).expect(t, 0, "resumed: ", "quiesce: succeeded before; not run again", "m002_node_kinds... OK", "Upgrade complete SUCCESS")
	if live := s.workload("infrahub-task-worker"); live.Status.ReadyReplicas != 2 {
		t.Errorf("%d task workers are ready after the upgrade, expected 2", live.Status.ReadyReplicas)
	}
	var config struct {
		Version        string
		Schema, Needed int
	}
	answer := s.run("kubectl", "get", "--raw", fmt.Sprintf("/api/v1/namespaces/%s/services/infrahub-infrahub-server:8000/proxy/api/config", s.name)).expect(t, 0)
	if err := json.Unmarshal([]byte(answer.stdout), &config); err != nil || config.Version != "1.11.0" || config.Schema != 2 || config.Needed != 2 {
		t.Errorf("the server says %s, expected version 1.11.0 that has read schema 2 since (%v)", answer.stdout, err)
	}
}

// graph is what the stand-in's database keeps from now on.
func (s *space) graph(content string) {
	s.Helper()
	s.kubectl("exec", "infrahub-database-0", "--", "sh", "-c", "echo '"+content+"' > /data/graph.json").expect(s.T, 0)
}
