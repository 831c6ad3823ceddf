package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// ending is how a pod ends.
type ending struct {
	exit    int32
	message string
}

// fate decides what becomes of a pod; nil leaves it as it is.
type fate func(ctx context.Context, k *kubelet, pod *corev1.Pod) *ending

// succeeds is the fate of a pod whose flow completes.
func succeeds(context.Context, *kubelet, *corev1.Pod) *ending {
	return &ending{exit: 0, message: result(jobs.Result{Outcome: "succeeded"})}
}

// failsWith is the fate of a pod whose flow fails.
func failsWith(message string) fate {
	return func(context.Context, *kubelet, *corev1.Pod) *ending {
		return &ending{exit: 1, message: result(jobs.Result{Outcome: "failed", Error: message})}
	}
}

// never is the fate of a pod that no node takes.
func never(context.Context, *kubelet, *corev1.Pod) *ending { return nil }

// runs is the fate of a pod that runs until someone ends it.
func runs(ctx context.Context, k *kubelet, pod *corev1.Pod) *ending {
	k.patch(ctx, pod, corev1.PodStatus{Phase: corev1.PodRunning})
	return nil
}

func result(r jobs.Result) string {
	text, _ := json.Marshal(r)
	return string(text)
}

// kubelet plays the nodes: it sees every new pod once and writes its status.
type kubelet struct {
	kube kubernetes.Interface

	mu sync.Mutex
	// fates by namespace and action.
	fates map[string]map[string]fate
	// started lists "ACTION#ATTEMPT" of each namespace in order.
	started map[string][]string
	seen    map[types.UID]bool

	// writing orders the changes of pods; over are those that have ended, and stay so:
	// a test may end a pod before its fate has come to let it run.
	writing sync.Mutex
	over    map[types.UID]bool
}

func startKubelet(kube kubernetes.Interface) (*kubelet, func()) {
	k := &kubelet{kube: kube, fates: map[string]map[string]fate{}, started: map[string][]string{}, seen: map[types.UID]bool{}, over: map[types.UID]bool{}}
	ctx, cancel := context.WithCancel(context.Background())
	factory := informers.NewSharedInformerFactoryWithOptions(kube, 0,
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = v1.LabelRun }))
	_, _ = factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) {
			if pod, ok := object.(*corev1.Pod); ok && k.first(pod) {
				go k.carryOut(ctx, pod)
			}
		},
	})
	factory.Start(ctx.Done())
	return k, func() { cancel(); factory.Shutdown() }
}

func (k *kubelet) first(pod *corev1.Pod) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen[pod.UID] {
		return false
	}
	k.seen[pod.UID] = true
	k.started[pod.Namespace] = append(k.started[pod.Namespace], nameOf(pod))
	return true
}

// nameOf reads the action from the pod's environment, where the runner reads it.
func nameOf(pod *corev1.Pod) string {
	for _, variable := range pod.Spec.Containers[0].Env {
		if variable.Name == "STYRMIN_ACTION" {
			return variable.Value
		}
	}
	return ""
}

func (k *kubelet) carryOut(ctx context.Context, pod *corev1.Pod) {
	k.mu.Lock()
	decide := k.fates[pod.Namespace][nameOf(pod)]
	k.mu.Unlock()
	if decide == nil {
		decide = succeeds
	}
	if end := decide(ctx, k, pod); end != nil {
		k.end(ctx, pod, *end)
	}
}

// end writes the status of a pod whose container has ended.
func (k *kubelet) end(ctx context.Context, pod *corev1.Pod, e ending) {
	phase := corev1.PodSucceeded
	if e.exit != 0 {
		phase = corev1.PodFailed
	}
	k.patch(ctx, pod, corev1.PodStatus{
		Phase: phase,
		ContainerStatuses: []corev1.ContainerStatus{{
			Name: jobs.ActionContainer, Image: "i", ImageID: "i",
			State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: e.exit, Message: e.message, Reason: "Completed", StartedAt: metav1.Now()}},
		}},
	})
}

// patch writes a pod's status, unless the pod has ended.
func (k *kubelet) patch(ctx context.Context, pod *corev1.Pod, status corev1.PodStatus) {
	k.writing.Lock()
	defer k.writing.Unlock()
	if k.over[pod.UID] {
		return
	}
	k.over[pod.UID] = status.Phase == corev1.PodSucceeded || status.Phase == corev1.PodFailed
	patch, _ := json.Marshal(map[string]any{"status": status})
	_, _ = k.kube.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
}

// decide sets the fate of an action's coming pods.
func (k *kubelet) decide(namespace, action string, f fate) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fates[namespace] == nil {
		k.fates[namespace] = map[string]fate{}
	}
	k.fates[namespace][action] = f
}

// order lists the actions whose pods were started, in order.
func (k *kubelet) order(namespace string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.started[namespace])
}

// endAll ends every pod of an action that has not ended.
func (k *kubelet) endAll(ctx context.Context, namespace, action string, e ending) error {
	pods, err := k.kube.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	ended := 0
	for i := range pods.Items {
		pod := &pods.Items[i]
		if nameOf(pod) == action && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			k.end(ctx, pod, e)
			ended++
		}
	}
	if ended == 0 {
		return fmt.Errorf("no pod of action %s is under way", action)
	}
	return nil
}
