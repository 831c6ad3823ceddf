package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// ErrNotServed means that the cluster knows no VolumeSnapshots.
var ErrNotServed = errors.New("the cluster serves no VolumeSnapshots (" + Group + "/v1)")

// Store is the snapshots of a namespace.
type Store struct {
	Client    dynamic.Interface
	Namespace string
}

// List lists the snapshots of a deployment, also those whose record cannot be read.
func (s Store) List(ctx context.Context, deployment string) ([]Snapshot, error) {
	list, err := s.Client.Resource(snapshots).Namespace(s.Namespace).List(ctx, metav1.ListOptions{LabelSelector: Selector(deployment).String()})
	if apierrors.IsNotFound(err) {
		return nil, ErrNotServed
	}
	if err != nil {
		return nil, fmt.Errorf("list the VolumeSnapshots of namespace %s: %w", s.Namespace, err)
	}
	found := make([]Snapshot, len(list.Items))
	for i, item := range list.Items {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(item.Object, &found[i]); err != nil {
			return nil, fmt.Errorf("read VolumeSnapshot %s/%s: %w", s.Namespace, item.GetName(), err)
		}
		found[i].Record = read(&found[i])
	}
	return found, nil
}

// Create makes a snapshot. It returns false when there is one of the name already.
func (s Store) Create(ctx context.Context, wanted *Snapshot) (bool, error) {
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(wanted)
	if err != nil {
		return false, err
	}
	_, err = s.Client.Resource(snapshots).Namespace(s.Namespace).Create(ctx, &unstructured.Unstructured{Object: object}, metav1.CreateOptions{FieldManager: v1.FieldOwner})
	if apierrors.IsAlreadyExists(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("make VolumeSnapshot %s/%s: %w", s.Namespace, wanted.Name, err)
	}
	return true, nil
}

// Delete deletes just this snapshot. One that is gone, or was replaced, is no error.
func (s Store) Delete(ctx context.Context, gone Snapshot) error {
	err := s.Client.Resource(snapshots).Namespace(s.Namespace).Delete(ctx, gone.Name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(gone.UID))})
	if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return fmt.Errorf("delete VolumeSnapshot %s/%s: %w", s.Namespace, gone.Name, err)
}

// Mark writes on a snapshot what a restore has to remember, or removes it: nil.
func (s Store) Mark(ctx context.Context, on Snapshot, mark *Mark) error {
	var value *string
	if mark != nil {
		content, err := json.Marshal(mark)
		if err != nil {
			return err
		}
		value = new(string(content))
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": on.UID, "annotations": map[string]*string{v1.AnnotationRestore: value}}})
	if err != nil {
		return err
	}
	_, err = s.Client.Resource(snapshots).Namespace(s.Namespace).Patch(ctx, on.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: v1.FieldOwner})
	if err != nil {
		return fmt.Errorf("note the restore on VolumeSnapshot %s/%s: %w", s.Namespace, on.Name, err)
	}
	return nil
}
