package components

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// kind is a kind of workload. Its value is what kubectl calls one.
type kind string

const (
	deployment  kind = "deployment"
	statefulSet kind = "statefulset"
	daemonSet   kind = "daemonset"
	replicaSet  kind = "replicaset"
	cronJob     kind = "cronjob"
)

// kinds are all of them.
var kinds = []kind{deployment, statefulSet, daemonSet, replicaSet, cronJob}

// trait is what differs between the kinds.
type trait struct {
	// apiVersion and manifest are how manifests name the kind.
	apiVersion, manifest string
	// record is the annotation in which a stopped workload keeps its count.
	record string
	// counted is true for what has a number of replicas, and not just runs or does not.
	counted bool
	list    func(*Client, context.Context) ([]workload, error)
	patch   func(*Client, context.Context, string, []byte) error
	// spec is the part of the object's spec that makes it run a number of pods.
	spec func(replicas int32) map[string]any
}

var traits = map[kind]trait{
	deployment:  {"apps/v1", "Deployment", v1.AnnotationReplicas, true, (*Client).deployments, (*Client).patchDeployment, replicasOf},
	statefulSet: {"apps/v1", "StatefulSet", v1.AnnotationReplicas, true, (*Client).statefulSets, (*Client).patchStatefulSet, replicasOf},
	daemonSet:   {"apps/v1", "DaemonSet", v1.AnnotationSuspended, false, (*Client).daemonSets, (*Client).patchDaemonSet, nodesOf},
	replicaSet:  {"apps/v1", "ReplicaSet", v1.AnnotationReplicas, true, (*Client).replicaSets, (*Client).patchReplicaSet, replicasOf},
	cronJob:     {"batch/v1", "CronJob", v1.AnnotationSuspended, false, (*Client).cronJobs, (*Client).patchCronJob, suspensionOf},
}

func replicasOf(replicas int32) map[string]any { return map[string]any{"replicas": replicas} }

func suspensionOf(replicas int32) map[string]any { return map[string]any{"suspend": replicas == 0} }

// kindOf finds a kind by its name in manifests.
func kindOf(manifest string) (kind, bool) {
	for _, k := range kinds {
		if traits[k].manifest == manifest {
			return k, true
		}
	}
	return "", false
}

// mergePatch is a JSON merge patch. The resource version makes the API server
// refuse it when the object changed since it was read.
func mergePatch(object metav1.ObjectMeta, annotations map[string]*string, spec map[string]any) ([]byte, error) {
	patch := map[string]any{"metadata": map[string]any{"resourceVersion": object.ResourceVersion, "annotations": annotations}}
	if spec != nil {
		patch["spec"] = spec
	}
	return json.Marshal(patch)
}

// patching is how every primitive changes an object.
const patching = types.MergePatchType

var patchOptions = metav1.PatchOptions{FieldManager: v1.FieldOwner}

// convert turns listed objects into workloads.
func convert[T any](items []T, one func(*T) (workload, error)) ([]workload, error) {
	out := make([]workload, 0, len(items))
	for i := range items {
		w, err := one(&items[i])
		if err != nil {
			return nil, fmt.Errorf("%s: pod selector: %w", w, err)
		}
		out = append(out, w)
	}
	return out, nil
}
