package e2e

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// controllerUID is the label by which the Job controller finds a Job's pods.
const controllerUID = "batch.kubernetes.io/controller-uid"

var podAttacks = []attack{
	{"a pod that the Job counts as its own", func(a *attacker) result {
		pod := a.pod("counted")
		pod.Labels = map[string]string{controllerUID: string(a.atWork.UID), "controller-uid": string(a.atWork.UID)}
		return a.create(pod)
	}, byPolicy, "made by the Job controller only"},
	{"a pod that the Job owns", func(a *attacker) result {
		pod := a.pod("owned")
		pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: a.atWork.Name, UID: a.atWork.UID, Controller: ptr(true)}}
		return a.create(pod)
	}, byPolicy, "made by the Job controller only"},
	{"a pod that ended well, adopted by the Job", func(a *attacker) result {
		a.create(a.pod("mine")).expect(a.T, 0)
		return a.kubectl("label", "pod", "mine", controllerUID+"="+string(a.atWork.UID))
	}, byPolicy, "made by the Job controller only"},
	{"another image in the action's pod", onPod("patch", "-p", fmt.Sprintf(`{"spec":{"containers":[{"name":"action","image":%q}]}}`, "styrmin.local/base:1")), byPolicy, "its images are fixed"},
	{"the action's pod as one of mode post, to enter it", onPod("label", "styrmin.io/mode=post", "--overwrite"), byPolicy, "its labels styrmin.io/* are fixed"},
	{"a process in the action's pod", func(a *attacker) result { return a.kubectl("exec", a.podOfAction(), "--", "kill", "1") }, byWebhook, "nobody may enter it"},
	{"a container added to the action's pod", func(a *attacker) result {
		return a.kubectl("debug", a.podOfAction(), "--image="+baseImage, "--target=action", "--", "true")
	}, byRBAC, "pods/ephemeralcontainers"},
	{"the status of the action's pod", onPod("patch", "--subresource=status", "--type=merge", "-p", `{"status":{"phase":"Succeeded"}}`), byRBAC, "pods/status"},
}

func (a *attacker) pod(name string) *corev1.Pod {
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "action", Image: baseImage, Command: []string{"true"}}},
		},
	}
}

// podOfAction is the pod of pre_b.
func (a *attacker) podOfAction() string {
	a.Helper()
	list, err := cluster.kube.CoreV1().Pods(a.name).List(a.Context(), metav1.ListOptions{LabelSelector: controllerUID + "=" + string(a.atWork.UID)})
	if err != nil || len(list.Items) == 0 {
		a.Fatalf("no pod of Job %s: %v", a.atWork.Name, err)
	}
	return list.Items[0].Name
}

func onPod(verb string, arguments ...string) func(*attacker) result {
	return func(a *attacker) result {
		return a.kubectl(append([]string{verb, "pod", a.podOfAction()}, arguments...)...)
	}
}
