package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/runner"
)

// prefectServer is the name of all that the cluster's Prefect server consists of, and prefectAPI where kubectl reaches its API.
const (
	prefectServer = "prefect-server"
	prefectAPI    = "/api/v1/namespaces/" + v1.SystemNamespace + "/services/" + prefectServer + ":4200/proxy/api"
)

// flowRunPages is how the addresses of flow runs begin that the status has.
const flowRunPages = runner.PrefectPages + "/runs/flow-run/"

// flowRun is what a Prefect server keeps of an action's flow run.
type flowRun struct {
	ID, Name string
	Tags     []string
	State    string `json:"state_type"`
}

// flowRuns are those of a deployment that the cluster's Prefect server has, by their ids.
func (s *space) flowRuns(deployment string) map[string]flowRun {
	s.Helper()
	filter := fmt.Sprintf(`{"flow_runs": {"tags": {"all_": ["deployment:%s/%s"]}}}`, s.name, deployment)
	// Not by `kubectl create --raw`: it does not say that it sends JSON, and Prefect takes it for no filter.
	answer, err := cluster.kube.CoreV1().RESTClient().Post().AbsPath(prefectAPI+"/flow_runs/filter").
		SetHeader("Content-Type", "application/json").Body([]byte(filter)).DoRaw(s.Context())
	if err != nil {
		s.Fatalf("ask Prefect for the flow runs of %s: %v", deployment, err)
	}
	var list []flowRun
	if err := json.Unmarshal(answer, &list); err != nil {
		s.Fatalf("%v:\n%s", err, answer)
	}
	found := map[string]flowRun{}
	for _, run := range list {
		if !slices.Contains(run.Tags, "deployment:"+s.name+"/"+deployment) {
			s.Errorf("Prefect has not filtered: it names flow run %s with the tags %q", run.Name, run.Tags)
		}
		found[run.ID] = run
	}
	return found
}

// flowRunID is the end of a flow run's address.
func (s *space) flowRunID(action v1.ActionStatus) string {
	s.Helper()
	id, known := strings.CutPrefix(action.FlowRunURL, flowRunPages)
	if !known {
		s.Errorf("the flow run of %s is at %q, expected it to begin with %s", action.Name, action.FlowRunURL, flowRunPages)
	}
	return id
}

// expectReported: each action of a deployment that succeeded has a flow run in the cluster's Prefect
// server, which says whose it is and that it completed; the status leads to those of the last run.
func (s *space) expectReported(deployment string) {
	s.Helper()
	reported := s.flowRuns(deployment)
	for _, hook := range []v1.Hook{v1.HookSetup, v1.HookUpgrade} {
		succeeded := 0
		for _, jobs := range s.jobs(hook) {
			for _, job := range jobs {
				if job.Status.Succeeded == 0 {
					continue
				}
				succeeded++
				want := wantedFlowRun(job)
				if !containsRun(reported, want) {
					s.Errorf("Prefect has no flow run like %+v of Job %s; it has %+v", want, job.Name, reported)
				}
			}
		}
		if succeeded == 0 {
			s.Errorf("found no Job of hook %s that succeeded: nothing of it was checked", hook)
		}
	}
	s.expectAddresses(deployment, reported)
}

// expectAddresses: the addresses in the status lead to the flow runs of the actions that bear them.
func (s *space) expectAddresses(deployment string, reported map[string]flowRun) {
	s.Helper()
	run := s.deployment(deployment).Status.Run
	if len(run.Actions) == 0 {
		s.Errorf("run %s of %s has no actions: nothing of it was checked", run.ID, deployment)
	}
	for _, action := range run.Actions {
		if action.State != v1.ActionSucceeded {
			continue
		}
		found := reported[s.flowRunID(action)]
		if found.State != "COMPLETED" || !slices.Contains(found.Tags, "action:"+action.Name) || !slices.Contains(found.Tags, "run:"+run.ID) {
			s.Errorf("action %s of run %s: %s is %+v, expected its own flow run, completed", action.Name, run.ID, action.FlowRunURL, found)
		}
	}
}

// wantedFlowRun is how the flow run of an action's Job has to look.
func wantedFlowRun(job batchv1.Job) flowRun {
	label := func(name string) string { return job.Labels[name] }
	deployment, action := job.Namespace+"/"+label(v1.LabelDeployment), job.Annotations[v1.AnnotationAction]
	run, hook, mode := label(v1.LabelRun), label(v1.LabelHook), label(v1.LabelMode)
	return flowRun{
		Name:  fmt.Sprintf("%s %s %s/%s %s", deployment, run, hook, mode, action),
		Tags:  []string{"action:" + action, "deployment:" + deployment, "hook:" + hook, "mode:" + mode, "run:" + run},
		State: "COMPLETED",
	}
}

// containsRun says whether one of the flow runs is as it is wanted, whatever its id.
func containsRun(runs map[string]flowRun, want flowRun) bool {
	for _, run := range runs {
		if run.Name == want.Name && run.State == want.State && slices.Equal(slices.Sorted(slices.Values(run.Tags)), want.Tags) {
			return true
		}
	}
	return false
}
