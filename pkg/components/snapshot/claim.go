package snapshot

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Restored is the claim that brings a snapshot back, for a restore of an ID. It asks for
// what the claim had asked for, and for no less than the snapshot needs.
func (s Snapshot) Restored(id string) *corev1.PersistentVolumeClaim {
	recorded := s.Record.Claim
	annotations := maps.Clone(recorded.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1.AnnotationRestore] = id
	claim := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: recorded.Name, Labels: recorded.Labels, Annotations: annotations},
		Spec:       *recorded.Spec.DeepCopy(),
	}
	claim.Spec.DataSource = &corev1.TypedLocalObjectReference{APIGroup: new(Group), Kind: "VolumeSnapshot", Name: s.Name}
	if least := s.Size(); least.Cmp(*claim.Spec.Resources.Requests.Storage()) > 0 {
		claim.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: least}
	}
	return claim
}
