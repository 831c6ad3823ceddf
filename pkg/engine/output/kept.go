package output

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// mostKept bounds what is kept of a run's outputs in bytes, well below what an
// object may have. The oldest go first.
const mostKept = 512 * 1024

// Kept is the end of what a pod of an attempt printed. It outlives the pod.
type Kept struct {
	// Job is the name of the attempt's Job.
	Job string
	// Text are the last lines; when lines before them were not kept, the first line says so.
	Text string
}

// logsName is the name of the ConfigMap with the ends of a run's outputs. It has
// no form that could be an instance's.
func logsName(run string) string { return "styrmin-log-" + run }

// Load reads the ends of a run's outputs, oldest first; none when nothing was kept.
func Load(ctx context.Context, kube kubernetes.Interface, namespace, run string) ([]Kept, error) {
	stored, err := kube.CoreV1().ConfigMaps(namespace).Get(ctx, logsName(run), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was kept of the output of run %s: %w", run, err)
	}
	return unpack(stored.Data), nil
}

// Store stores the ends of an attempt's outputs in place of what was stored of it.
func Store(ctx context.Context, kube kubernetes.Interface, deployment *v1.StyrminDeployment, run, job string, ends []Kept) error {
	if len(ends) == 0 {
		return nil
	}
	configMaps := kube.CoreV1().ConfigMaps(deployment.Namespace)
	again := func(err error) bool { return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) }
	return retry.OnError(retry.DefaultBackoff, again, func() error {
		stored, err := configMaps.Get(ctx, logsName(run), metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			_, err = configMaps.Create(ctx, logsOf(deployment, run, pack(ends)), metav1.CreateOptions{FieldManager: v1.FieldOwner})
			return err
		}
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(unpack(stored.Data), func(known Kept) bool { return known.Job == job })
		stored.Data = pack(append(others, ends...))
		_, err = configMaps.Update(ctx, stored, metav1.UpdateOptions{FieldManager: v1.FieldOwner})
		return err
	})
}

func logsOf(deployment *v1.StyrminDeployment, run string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Name: logsName(run), Namespace: deployment.Namespace,
			Labels:          map[string]string{v1.LabelDeployment: deployment.Name, v1.LabelRun: run},
			OwnerReferences: []metav1.OwnerReference{jobs.Owner(deployment)},
		},
		Data: data,
	}
}

// pack numbers the texts, so that the keys, each NUMBER.JOB, keep their order.
func pack(logs []Kept) map[string]string {
	size := 0
	for i := len(logs) - 1; i >= 0; i-- {
		if size += len(logs[i].Text); size > mostKept {
			logs = logs[i+1:]
			break
		}
	}
	data := make(map[string]string, len(logs))
	for i, log := range logs {
		data[fmt.Sprintf("%04d.%s", i+1, log.Job)] = log.Text
	}
	return data
}

func unpack(data map[string]string) []Kept {
	logs := make([]Kept, 0, len(data))
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if _, job, found := strings.Cut(key, "."); found {
			logs = append(logs, Kept{Job: job, Text: data[key]})
		}
	}
	return logs
}
