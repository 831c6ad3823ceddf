package webhook

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

func recordsOf(releaseName string) client.MatchingLabels {
	return client.MatchingLabels{release.LabelOwner: release.OwnerHelm, release.LabelName: releaseName}
}

// records reads a release's records from both storages. One that cannot be decoded is
// left out and logged: it is no revision that Helm could use either.
func (c cluster) records(ctx context.Context, namespace, releaseName string) ([]release.Record, error) {
	found, err := c.recordMetadata(ctx, namespace, recordsOf(releaseName))
	if err != nil {
		return nil, err
	}
	return readAll(ctx, found, c.content)
}

func recordsError(kind, namespace string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("listing the Helm release records (%s) of namespace %s: %w", kind, namespace, err)
}

// newestRevision is the highest revision among a release's records; 0 for none.
// It goes by the objects' names: labels can be changed after the gate has seen
// them, names cannot.
func (c cluster) newestRevision(ctx context.Context, namespace, releaseName string) (int, error) {
	all, err := c.recordMetadata(ctx, namespace, recordsOf(releaseName))
	newest := 0
	for _, item := range all {
		if name, revision, ok := parseKey(item.Name); ok && name == releaseName {
			newest = max(newest, revision)
		}
	}
	return newest, err
}

// deployedRecords tells of a release's deployed records what their metadata say.
// A namespace in which the webhook may not read has no run either.
func (c cluster) deployedRecords(ctx context.Context, namespace, releaseName string) ([]release.Record, error) {
	selector := recordsOf(releaseName)
	selector[release.LabelStatus] = release.StatusDeployed
	all, err := c.recordMetadata(ctx, namespace, selector)
	if apierrors.IsForbidden(err) {
		return nil, nil
	}
	var records []release.Record
	for _, item := range all {
		_, revision, _ := parseKey(item.Name)
		records = append(records, release.Record{
			Name: releaseName, Revision: revision, Status: release.StatusDeployed, Labels: release.UserLabels(item.Labels),
		})
	}
	return records, err
}

// recordMetadata lists records without their content, from both storages at a time.
func (c cluster) recordMetadata(ctx context.Context, namespace string, selector client.MatchingLabels) ([]metav1.PartialObjectMetadata, error) {
	kinds := []string{"Secret", "ConfigMap"}
	lists := make([]metav1.PartialObjectMetadataList, len(kinds))
	group, ctx := errgroup.WithContext(ctx)
	for i, kind := range kinds {
		group.Go(func() error {
			lists[i].SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind + "List"))
			return recordsError(kind+"s", namespace, c.client.List(ctx, &lists[i], client.InNamespace(namespace), selector))
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, kind := range kinds {
		for j := range lists[i].Items {
			lists[i].Items[j].SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind)) // in a list, items have none
		}
	}
	return slices.Concat(lists[0].Items, lists[1].Items), nil
}

// parseKey reads release and revision from the name of a record's object.
func parseKey(key string) (name string, revision int, ok bool) {
	rest, found := strings.CutPrefix(key, release.KeyPrefix)
	at := strings.LastIndex(rest, ".v")
	if !found || at <= 0 {
		return "", 0, false
	}
	revision, err := strconv.Atoi(rest[at+len(".v"):])
	return rest[:at], revision, err == nil && revision > 0
}
