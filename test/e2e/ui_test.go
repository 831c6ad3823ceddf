package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestUI: `ui` brings Prefect's pages to this machine, and there are the flow runs whose
// addresses `status` shows.
func TestUI(t *testing.T) {
	s := newSpace(t)
	s.newBoard()
	s.styrmin("setup", "app", "--driver", boardDriver(t, "small"), "--version", "1.0.0").expect(t, 0)
	action := s.deployment("app").Status.Run.Actions[0]
	id, known := strings.CutPrefix(action.FlowRunURL, "http://localhost:4200/runs/flow-run/")
	if !known {
		t.Fatalf("the flow run of %s is at %q, expected an address at localhost:4200", action.Name, action.FlowRunURL)
	}
	s.styrmin("status", "app").expect(t, 0, action.Name+" in Prefect: "+action.FlowRunURL, "`kubectl styrmin ui`")

	ui := s.start("ui", "--port", "0")
	s.awaitOutput(ui, " until Ctrl-C")
	address := regexp.MustCompile(`http://localhost:\d+`).FindString(ui.out.String())
	tags, err := flowRunTags(t, address, id)
	if err != nil || !slices.Contains(tags, "action:"+action.Name) || !slices.Contains(tags, "deployment:"+s.name+"/app") {
		t.Errorf("the flow run's tags are %q (%v), expected those of the action and the deployment", tags, err)
	}
	if err := ui.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	ui.wait().expect(t, 0)
}

// flowRunTags reads a flow run's tags from the Prefect server at an address.
func flowRunTags(t *testing.T, address, id string) ([]string, error) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/flow_runs/"+id, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var run struct{ Tags []string }
	if err := json.NewDecoder(response.Body).Decode(&run); err != nil {
		return nil, fmt.Errorf("%s: %w", response.Status, err)
	}
	return run.Tags, nil
}
