package jobs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func TestSettings(t *testing.T) {
	much := corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("4Gi")}}
	defaults := v1.JobSettings{ServiceAccount: jobs.DefaultServiceAccount, TimeoutSeconds: jobs.DefaultTimeoutSeconds}
	for name, tt := range map[string]struct {
		given v1.JobSettings
		want  v1.JobSettings
	}{
		"nothing":          {v1.JobSettings{}, defaults},
		"the deployment's": {v1.JobSettings{ServiceAccount: "worker", TimeoutSeconds: 60, Retries: 2}, v1.JobSettings{ServiceAccount: "worker", TimeoutSeconds: 60, Retries: 2}},
		"another action's": {v1.JobSettings{Actions: map[string]v1.ActionSettings{"other": {TimeoutSeconds: 5, Retries: new(int32(3))}}}, defaults},
		"the action's own": {
			v1.JobSettings{
				ServiceAccount: "worker", TimeoutSeconds: 60, Retries: 2, Image: "i",
				Actions: map[string]v1.ActionSettings{"back_up": {ServiceAccount: "saver", TimeoutSeconds: 7200, Retries: new(int32(0)), Resources: &much}},
			},
			v1.JobSettings{ServiceAccount: "saver", TimeoutSeconds: 7200, Retries: 0, Image: "i", Resources: much},
		},
		"variables, volumes and nodes of its own": {
			v1.JobSettings{
				TimeoutSeconds: 60, NodeSelector: map[string]string{"disk": "slow"},
				Environment: []v1.Variable{{Name: "ACTION_A", Value: "1"}, {Name: "ACTION_B", Value: "1"}},
				Volumes:     []v1.Volume{{Name: "a", Secret: "s"}, {Name: "b", Secret: "s"}},
				Actions: map[string]v1.ActionSettings{"back_up": {
					NodeSelector: map[string]string{"disk": "fast"},
					Environment:  []v1.Variable{{Name: "ACTION_B", Value: "2"}},
					Volumes:      []v1.Volume{{Name: "a", PersistentVolumeClaim: "c"}},
				}},
			},
			v1.JobSettings{
				ServiceAccount: jobs.DefaultServiceAccount, TimeoutSeconds: 60, NodeSelector: map[string]string{"disk": "fast"},
				Environment: []v1.Variable{{Name: "ACTION_A", Value: "1"}, {Name: "ACTION_B", Value: "2"}},
				Volumes:     []v1.Volume{{Name: "b", Secret: "s"}, {Name: "a", PersistentVolumeClaim: "c"}},
			},
		},
		"a part of its own": {
			v1.JobSettings{TimeoutSeconds: 60, Retries: 2, Actions: map[string]v1.ActionSettings{"back_up": {Retries: new(int32(5))}}},
			v1.JobSettings{ServiceAccount: jobs.DefaultServiceAccount, TimeoutSeconds: 60, Retries: 5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := &v1.StyrminDeployment{}
			d.Spec.Jobs = tt.given
			before := d.DeepCopy()
			if diff := cmp.Diff(tt.want, jobs.Settings(d, "back_up")); diff != "" {
				t.Errorf("(-want +found)\n%s", diff)
			}
			if diff := cmp.Diff(before, d); diff != "" {
				t.Errorf("the deployment was changed:\n%s", diff)
			}
		})
	}
}

// TestOwnSettings: what a deployment says about one action is in that action's Job only.
func TestOwnSettings(t *testing.T) {
	spec := custom()
	spec.Deployment.Spec.Jobs.Actions = map[string]v1.ActionSettings{spec.Action.Name: {ServiceAccount: "saver", TimeoutSeconds: 7200, Retries: new(int32(0))}}
	own := jobs.Build(spec).Spec
	spec.Action.Name = "another"
	other := jobs.Build(spec).Spec
	if *own.ActiveDeadlineSeconds != 7200 || *own.BackoffLimit != 0 || own.Template.Spec.ServiceAccountName != "saver" {
		t.Errorf("the action's own settings are not in its Job: %+v", own)
	}
	if *other.ActiveDeadlineSeconds != 60 || *other.BackoffLimit != 2 || other.Template.Spec.ServiceAccountName != "worker" {
		t.Errorf("another action's Job has them: %+v", other)
	}
}
