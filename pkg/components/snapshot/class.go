package snapshot

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// defaultClass is the annotation of the class that the controller takes.
const defaultClass = "snapshot.storage.kubernetes.io/is-default-class"

// Unmakeable says why the controller could make no snapshot of a CSI driver's volumes;
// empty when it can. It takes the driver's default class, and wants just one of these.
func (s Store) Unmakeable(ctx context.Context, driver string) (string, error) {
	list, err := s.Client.Resource(classes).List(ctx, metav1.ListOptions{})
	if apierrors.IsNotFound(err) {
		return "", ErrNotServed
	}
	if err != nil {
		return "", fmt.Errorf("list the VolumeSnapshotClasses: %w", err)
	}
	return choose(driver, list.Items), nil
}

func choose(driver string, all []unstructured.Unstructured) string {
	const mark = "kubectl annotate volumesnapshotclass %s " + defaultClass + "=true"
	var its, defaults []string
	for _, class := range all {
		if of, _, err := unstructured.NestedString(class.Object, "driver"); err != nil || of != driver {
			continue
		}
		its = append(its, class.GetName())
		if class.GetAnnotations()[defaultClass] == "true" {
			defaults = append(defaults, class.GetName())
		}
	}
	switch {
	case len(defaults) == 1:
		return ""
	case len(defaults) > 1:
		return fmt.Sprintf("the CSI driver %s has %d default VolumeSnapshotClasses, %s; leave the annotation %s on one of them", driver, len(defaults), strings.Join(defaults, ", "), defaultClass)
	case len(its) > 0:
		return fmt.Sprintf("the CSI driver %s has no default VolumeSnapshotClass; make one of %s the default: "+mark, driver, strings.Join(its, ", "), its[0])
	}
	return fmt.Sprintf("there is no VolumeSnapshotClass of the CSI driver %s; make one, with the annotation %s: \"true\", if the driver can make snapshots", driver, defaultClass)
}
