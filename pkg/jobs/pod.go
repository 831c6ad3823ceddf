package jobs

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// podSpec is the pod of an attempt: an init container brings the runner, the
// action's own image runs the flow.
func (s Spec) podSpec(settings v1.JobSettings) corev1.PodSpec {
	pull := orDefault(settings.ImagePullPolicy, corev1.PullIfNotPresent)
	return corev1.PodSpec{
		RestartPolicy:                 corev1.RestartPolicyNever,
		ServiceAccountName:            settings.ServiceAccount,
		TerminationGracePeriodSeconds: ptr[int64](30),
		NodeSelector:                  settings.NodeSelector,
		Tolerations:                   settings.Tolerations,
		ImagePullSecrets:              pullSecrets(settings.ImagePullSecrets),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot:   ptr(true),
			RunAsUser:      ptr[int64](nonRootUser),
			RunAsGroup:     ptr[int64](nonRootUser),
			FSGroup:        ptr[int64](nonRootUser),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		InitContainers: []corev1.Container{{
			Name:            "runner",
			Image:           orDefault(settings.RunnerImage, DefaultRunnerImage),
			ImagePullPolicy: pull,
			Command:         []string{"/styrmin-runner", "install", runnerDir},
			VolumeMounts:    []corev1.VolumeMount{{Name: "styrmin", MountPath: runnerDir}},
			SecurityContext: restricted(),
		}},
		Containers: []corev1.Container{{
			Name:                     ActionContainer,
			Image:                    orDefault(settings.Image, DefaultImage),
			ImagePullPolicy:          pull,
			Command:                  []string{runnerBinary, "action", s.Action.Location},
			Env:                      append(variables(settings.Environment), s.env()...),
			Resources:                settings.Resources,
			TerminationMessagePath:   corev1.TerminationMessagePathDefault,
			TerminationMessagePolicy: corev1.TerminationMessageReadFile,
			VolumeMounts:             mounts(settings.Volumes),
			SecurityContext:          restricted(),
		}},
		Volumes: s.volumes(settings.Volumes),
	}
}

func mounts(extra []v1.Volume) []corev1.VolumeMount {
	all := []corev1.VolumeMount{
		{Name: "styrmin", MountPath: runnerDir, ReadOnly: true},
		{Name: "driver", MountPath: instanceDir + "/driver", ReadOnly: true},
		{Name: "context", MountPath: instanceDir + "/context", ReadOnly: true},
		{Name: "tmp", MountPath: tmpDir},
	}
	for _, v := range extra {
		all = append(all, extraMount(v))
	}
	return all
}

func restricted() *corev1.SecurityContext {
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: ptr(false),
		ReadOnlyRootFilesystem:   ptr(true),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
}

// env is the action's environment. It comes after the deployment's, and so is stronger.
func (s Spec) env() []corev1.EnvVar {
	env := append(s.Variables(),
		corev1.EnvVar{Name: "STYRMIN_INSTANCE_DIR", Value: instanceDir},
		corev1.EnvVar{Name: "HOME", Value: tmpDir},
		corev1.EnvVar{Name: "PREFECT_HOME", Value: tmpDir + "/prefect"},
	)
	if sensitive := s.Deployment.Spec.Sensitive; len(sensitive) > 0 {
		env = append(env, corev1.EnvVar{Name: "STYRMIN_SENSITIVE", Value: strings.Join(sensitive, ",")})
	}
	return env
}

// Variables tell an action what it is run for, wherever that is.
func (s Spec) Variables() []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: "STYRMIN_DEPLOYMENT_ID", Value: s.Deployment.Namespace + "/" + s.Deployment.Name},
		{Name: "STYRMIN_RUN", Value: s.Run},
		{Name: "STYRMIN_ACTION", Value: s.Action.Name},
		{Name: "STYRMIN_HOOK", Value: string(s.Action.Hook)},
		{Name: "STYRMIN_MODE", Value: string(s.Action.Mode)},
		{Name: "STYRMIN_TARGET_VERSION", Value: s.TargetVersion},
		{Name: "STYRMIN_CURRENT_VERSION", Value: s.CurrentVersion},
	}
}

func (s Spec) volumes(extra []v1.Volume) []corev1.Volume {
	all := []corev1.Volume{
		{Name: "styrmin", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		{Name: "driver", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: s.InstanceName},
		}}},
		{Name: "context", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
			SecretName: s.InstanceName,
		}}},
	}
	for _, v := range extra {
		all = append(all, extraVolume(v))
	}
	return all
}
