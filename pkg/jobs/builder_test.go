package jobs_test

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// valid is the spec of an ordinary attempt, to be altered in one place.
func valid() jobs.Spec {
	d := &v1.StyrminDeployment{}
	d.Namespace, d.Name, d.UID = "demo", "notes", "0b0e"
	return jobs.Spec{
		Deployment:     d,
		Instance:       "0123456789abcdef0123456789abcdef",
		InstanceName:   "styrmin-notes-0123456789ab",
		TargetVersion:  "2.0.0",
		DriverVersion:  "3",
		Run:            "x7k2m9qz",
		CurrentVersion: "1.0.0",
		BaseRevision:   4,
		Action:         v1.Action{Name: "Stop_writers", Hook: v1.HookUpgrade, Mode: v1.ModePre, Location: "actions.py::stop_writers"},
		Attempt:        2,
	}
}

// custom is valid with every setting of the deployment.
func custom() jobs.Spec {
	s := valid()
	s.Deployment.Spec.Jobs = v1.JobSettings{
		Image: "registry.example/actions:3", RunnerImage: "registry.example/styrmin:1", ImagePullPolicy: corev1.PullAlways,
		ServiceAccount: "worker", TimeoutSeconds: 60, Retries: 2,
		Resources:    corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("256Mi")}},
		NodeSelector: map[string]string{"disk": "fast"},
		Tolerations:  []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpExists}},

		ImagePullSecrets: []string{"registry"},
		Environment: []v1.Variable{
			{Name: "ACTION_LEVEL", Value: "debug"},
			{Name: "ACTION_TOKEN", ValueFrom: &v1.VariableSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "tokens"}, Key: "chat"}}},
			{Name: "HOME", Value: "/elsewhere"},
		},
		Volumes: []v1.Volume{
			{Name: "ca", ConfigMap: "authorities"},
			{Name: "keys", Secret: "keys"},
			{Name: "dumps", PersistentVolumeClaim: "dumps"},
			{Name: "old-dumps", PersistentVolumeClaim: "old", ReadOnly: true},
		},
	}
	s.Deployment.Spec.Sensitive = []string{"admin_password", "token"}
	return s
}
