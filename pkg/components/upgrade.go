package components

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Upgrade is the change of the Helm release that a run is about, as one of its actions asks for it.
type Upgrade struct {
	// Deployment is the StyrminDeployment's name, and Run the ID of its run.
	Deployment, Run string
	// Mode is the action's.
	Mode v1.Mode
	// Pod is the action's own.
	Pod string
}

// Upgraded is what the change came to.
type Upgraded struct {
	// Version is the application version that is deployed.
	Version string `json:"version"`
	// Revision is that of the Helm release.
	Revision int `json:"revision"`
}

// deployments is where the records of runs are.
var deployments = v1.GroupVersion.WithResource("styrmindeployments")

// Upgrade asks the run's engine to change the release, and waits until it has. The
// engine does it once in a run: where it has been done, nothing is asked. Without an
// engine, because it was killed, the wait lasts until the next one takes up the run.
func (c *Client) Upgrade(ctx context.Context, u Upgrade) (Upgraded, error) {
	for asked := false; ; {
		run, err := c.runOf(ctx, u)
		switch {
		case err == nil && run.Revision > 0:
			return Upgraded{Version: run.Version, Revision: run.Revision}, nil
		case err == nil && run.HelmFailure != "":
			return Upgraded{}, fmt.Errorf("the Helm release could not be changed: %s", run.HelmFailure)
		case err == nil && u.Mode != v1.ModeCore:
			return Upgraded{}, &UnsupportedError{What: fmt.Sprintf(
				"the release is changed in the mode %s, and this action's is %s: call upgrade_deployment_version in an action of the mode %[1]s", v1.ModeCore, u.Mode)}
		case err == nil && !asked:
			err = c.ask(ctx, u.Pod)
			asked = err == nil
		}
		if err != nil && !transient(err) {
			return Upgraded{}, err
		}
		if c.sleep(ctx, c.poll) != nil {
			return Upgraded{}, fmt.Errorf("wait for the engine of run %s to change the Helm release: %w; is it still at work? `kubectl styrmin status %s -n %s` tells",
				u.Run, context.Cause(ctx), u.Deployment, c.namespace)
		}
	}
}

// runOf reads the record of the run, which must be the one that is under way.
func (c *Client) runOf(ctx context.Context, u Upgrade) (*v1.Run, error) {
	object, err := c.dynamic.Resource(deployments).Namespace(c.namespace).Get(ctx, u.Deployment, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("read the run's record in StyrminDeployment %s/%s: %w", c.namespace, u.Deployment, err)
	}
	var deployment v1.StyrminDeployment
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &deployment); err != nil {
		return nil, fmt.Errorf("read the run's record in StyrminDeployment %s/%s: %w", c.namespace, u.Deployment, err)
	}
	run := deployment.Status.Run
	if run == nil || run.ID != u.Run || run.Abort != nil {
		return nil, fmt.Errorf("run %s of StyrminDeployment %s/%s is over: its release is not changed any more", u.Run, c.namespace, u.Deployment)
	}
	return run, nil
}

// ask marks the action's own pod, which the engine watches.
func (c *Client) ask(ctx context.Context, pod string) error {
	mark, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]string{v1.AnnotationAsks: v1.AsksHelm}}})
	if err != nil {
		return err
	}
	if _, err := c.kube.CoreV1().Pods(c.namespace).Patch(ctx, pod, types.MergePatchType, mark, metav1.PatchOptions{FieldManager: v1.FieldOwner}); err != nil {
		return fmt.Errorf("ask for the change of the Helm release on pod %s/%s: %w", c.namespace, pod, err)
	}
	c.report("asked the engine to change the Helm release; waiting until it has")
	return nil
}
