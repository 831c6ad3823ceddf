package components

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// oneOff is the pod of a job: one container of the workload's pod template, as it
// is in the cluster now, with its init containers, volumes and account. It does
// without what would make it a part of the application: labels, by which Services
// and controllers would take it for one of theirs, probes, ports and sidecars.
func oneOff(ctx context.Context, w workload, opts JobOptions) (*corev1.Pod, error) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Annotations: maps.Clone(w.template.Annotations)},
		Spec:       *w.template.Spec.DeepCopy(),
	}
	name, err := containerOf(pod, opts.Container)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(pod.Spec.Containers, func(c corev1.Container) bool { return c.Name == name })
	container := pod.Spec.Containers[at]
	container.Command, container.Args = opts.Command, nil
	container.Image = withImage(container.Image, opts.Image)
	container.Env = withEnvironment(container.Env, opts.Environment)
	container.LivenessProbe, container.ReadinessProbe, container.StartupProbe, container.Lifecycle, container.Ports = nil, nil, nil, nil, nil
	pod.Spec.Containers = []corev1.Container{container}
	pod.Spec.RestartPolicy, pod.Spec.NodeName = corev1.RestartPolicyNever, ""
	delete(pod.Spec.NodeSelector, v1.NodeSelectorStopped)
	for _, claim := range w.claims {
		// Not the claim of a pod that runs: two processes would write to one directory.
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: claim, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
	}
	return pod, identify(ctx, pod, w, opts)
}

// identify names the pod, so that the same request finds it again.
func identify(ctx context.Context, pod *corev1.Pod, w workload, opts JobOptions) error {
	request, err := json.Marshal(map[string]any{"for": opts.For, "spec": pod.Spec})
	if err != nil {
		return err
	}
	digest := sha256.Sum256(request)
	slot := sha256.Sum256([]byte(w.String() + "\x00" + w.component + "\x00" + opts.Name))
	pod.Name = fmt.Sprintf("%.40s-job-%s", w.meta.Name, hex.EncodeToString(slot[:5]))
	pod.Labels = map[string]string{v1.LabelOneOff: w.component}
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	pod.Annotations[v1.AnnotationOneOff] = hex.EncodeToString(digest[:])
	t := traits[w.kind]
	pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: t.apiVersion, Kind: t.manifest, Name: w.meta.Name, UID: w.meta.UID}}
	if deadline, ok := ctx.Deadline(); ok { // also when nobody is left to end it
		pod.Spec.ActiveDeadlineSeconds = new(max(1, int64(time.Until(deadline).Seconds())+1))
	}
	return nil
}

// withImage is the image to run: another one, or, for ":TAG" and "@DIGEST", another
// version of the same.
func withImage(current, image string) string {
	if !strings.HasPrefix(image, ":") && !strings.HasPrefix(image, "@") {
		return cmp.Or(image, current)
	}
	repository, _, _ := strings.Cut(current, "@")
	if colon := strings.LastIndex(repository, ":"); colon > strings.LastIndex(repository, "/") {
		repository = repository[:colon]
	}
	return repository + image
}

// withEnvironment sets variables, in place of those that the container has.
func withEnvironment(env []corev1.EnvVar, set map[string]string) []corev1.EnvVar {
	env = slices.DeleteFunc(slices.Clone(env), func(e corev1.EnvVar) bool { _, replaced := set[e.Name]; return replaced })
	for _, name := range slices.Sorted(maps.Keys(set)) {
		env = append(env, corev1.EnvVar{Name: name, Value: set[name]})
	}
	return env
}
