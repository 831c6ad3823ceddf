package jobs

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// mountRoot is where the deployment's volumes are mounted, by their names: nothing
// else of the pod lies there, so they can hide nothing.
const mountRoot = "/mnt"

// fileMode is what the API server would default to; it is spelled out, as all is.
const fileMode int32 = 0o644

// variables are the deployment's own variables.
func variables(given []v1.Variable) []corev1.EnvVar {
	var env []corev1.EnvVar
	for _, v := range given {
		variable := corev1.EnvVar{Name: v.Name, Value: v.Value}
		if v.ValueFrom != nil {
			variable.ValueFrom = &corev1.EnvVarSource{SecretKeyRef: v.ValueFrom.SecretKeyRef, ConfigMapKeyRef: v.ValueFrom.ConfigMapKeyRef}
		}
		env = append(env, variable)
	}
	return env
}

// extraVolume is the pod's volume for one of the deployment's.
func extraVolume(v v1.Volume) corev1.Volume {
	volume := corev1.Volume{Name: extraName(v)}
	switch {
	case v.Secret != "":
		volume.Secret = &corev1.SecretVolumeSource{SecretName: v.Secret, DefaultMode: ptr(fileMode)}
	case v.ConfigMap != "":
		volume.ConfigMap = &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: v.ConfigMap}, DefaultMode: ptr(fileMode)}
	default:
		volume.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: v.PersistentVolumeClaim, ReadOnly: v.ReadOnly}
	}
	return volume
}

func extraMount(v v1.Volume) corev1.VolumeMount {
	return corev1.VolumeMount{Name: extraName(v), MountPath: mountRoot + "/" + v.Name, ReadOnly: v.ReadOnly || v.PersistentVolumeClaim == ""}
}

// extraName keeps the deployment's volumes apart from the pod's own.
func extraName(v v1.Volume) string { return "mnt-" + v.Name }

func pullSecrets(names []string) []corev1.LocalObjectReference {
	var secrets []corev1.LocalObjectReference
	for _, name := range names {
		secrets = append(secrets, corev1.LocalObjectReference{Name: name})
	}
	return secrets
}

// overlay is base with what own has; what both have is own's.
func overlay[T any](base, own []T, name func(T) string) []T {
	var out []T
	for _, b := range base {
		if !slices.ContainsFunc(own, func(o T) bool { return name(o) == name(b) }) {
			out = append(out, b)
		}
	}
	return append(out, own...)
}

// FreeVariables is the beginning of the names of variables that nothing in an action's
// pod reads but the driver's own code, so that they can forge no success.
const FreeVariables = "ACTION_"

// Untrusted names the first variable that a deployment sets for its actions although
// neither is its name free nor do the patterns allow it; empty when there is none.
// A pattern is a name, or the beginning of names with a * after it.
func Untrusted(settings v1.JobSettings, patterns []string) string {
	for _, v := range settings.Environment {
		if !strings.HasPrefix(v.Name, FreeVariables) && !slices.ContainsFunc(patterns, func(p string) bool { return matches(v.Name, strings.TrimSpace(p)) }) {
			return v.Name
		}
	}
	return ""
}

func matches(name, pattern string) bool {
	if prefix, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(name, prefix)
	}
	return name == pattern
}
