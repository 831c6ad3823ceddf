package webhook

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// cluster is everything that the webhook reads.
type cluster struct {
	reader client.Reader
	log    logr.Logger
}

func (c cluster) namespace(ctx context.Context, name string) (*corev1.Namespace, error) {
	var namespace corev1.Namespace
	if err := c.reader.Get(ctx, client.ObjectKey{Name: name}, &namespace); err != nil {
		return nil, fmt.Errorf("reading namespace %s: %w", name, err)
	}
	return &namespace, nil
}

// registered reads a registered driver; nil when there is none of that name.
func (c cluster) registered(ctx context.Context, name string) (*driver.Driver, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1.GroupVersion.WithKind("ApplicationDriver"))
	err := c.reader.Get(ctx, client.ObjectKey{Name: name}, object)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading ApplicationDriver %s: %w", name, err)
	}
	return driver.FromObject(object.Object)
}

// findDeployment returns nil when there is none.
func (c cluster) findDeployment(ctx context.Context, namespace, name string) (*v1.StyrminDeployment, error) {
	var deployment v1.StyrminDeployment
	err := c.reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &deployment)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading StyrminDeployment %s/%s: %w", namespace, name, err)
	}
	return &deployment, nil
}

// governing finds the deployment that governs a release, the oldest if there
// are several; nil for none.
func (c cluster) governing(ctx context.Context, namespace, releaseName string) (*v1.StyrminDeployment, error) {
	var all v1.StyrminDeploymentList
	if err := c.listDeployments(ctx, namespace, &all); err != nil {
		return nil, err
	}
	return oldestGoverning(all.Items, releaseName), nil
}

func oldestGoverning(all []v1.StyrminDeployment, releaseName string) *v1.StyrminDeployment {
	var governing []*v1.StyrminDeployment
	for i := range all {
		if all[i].ReleaseName() == releaseName {
			governing = append(governing, &all[i])
		}
	}
	if len(governing) == 0 {
		return nil
	}
	sort.Slice(governing, func(i, j int) bool {
		a, b := governing[i], governing[j]
		if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
			return a.CreationTimestamp.Before(&b.CreationTimestamp)
		}
		return a.Name < b.Name
	})
	return governing[0]
}

// world gathers what the gate looks at. storage is the namespace that holds the
// release's records; Flux may keep them elsewhere than the deployment.
func (c cluster) world(ctx context.Context, deployment *v1.StyrminDeployment, storage string) (lifecycle.World, error) {
	world := lifecycle.World{Deployment: deployment}
	var err error
	if world.Revisions, err = c.records(ctx, storage, deployment.ReleaseName()); err != nil {
		return world, err
	}
	if world.Instances, err = c.instances(ctx, deployment); err != nil {
		return world, err
	}
	world.Evidence, err = c.evidence(ctx, deployment)
	return world, err
}

func recordsOf(releaseName string) client.MatchingLabels {
	return client.MatchingLabels{release.LabelOwner: release.OwnerHelm, release.LabelName: releaseName}
}

// records reads a release's records from both storages. One that cannot be
// decoded is left out and logged: it is no revision that Helm could use either.
func (c cluster) records(ctx context.Context, namespace, releaseName string) ([]release.Record, error) {
	var secrets corev1.SecretList
	if err := c.reader.List(ctx, &secrets, client.InNamespace(namespace), recordsOf(releaseName)); err != nil {
		return nil, fmt.Errorf("listing the Helm release records (Secrets) of namespace %s: %w", namespace, err)
	}
	var configMaps corev1.ConfigMapList
	if err := c.reader.List(ctx, &configMaps, client.InNamespace(namespace), recordsOf(releaseName)); err != nil {
		return nil, fmt.Errorf("listing the Helm release records (ConfigMaps) of namespace %s: %w", namespace, err)
	}
	var records []release.Record
	keep := func(record *release.Record, err error) {
		if err != nil {
			c.log.Info("skipped a release record", "problem", err.Error())
			return
		}
		records = append(records, *record)
	}
	for i := range secrets.Items {
		keep(release.FromSecret(&secrets.Items[i]))
	}
	for i := range configMaps.Items {
		keep(release.FromConfigMap(&configMaps.Items[i]))
	}
	return records, nil
}

// newestRevision is the highest revision among a release's records; 0 for none.
// It goes by the objects' names: labels can be changed after the gate has seen
// them, names cannot.
func (c cluster) newestRevision(ctx context.Context, namespace, releaseName string) (int, error) {
	newest := 0
	for _, kind := range []string{"Secret", "ConfigMap"} {
		var list metav1.PartialObjectMetadataList
		list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind + "List"))
		if err := c.reader.List(ctx, &list, client.InNamespace(namespace), recordsOf(releaseName)); err != nil {
			return 0, fmt.Errorf("listing the Helm release records (%ss) of namespace %s: %w", kind, namespace, err)
		}
		for _, item := range list.Items {
			if name, revision, ok := parseKey(item.Name); ok && name == releaseName {
				newest = max(newest, revision)
			}
		}
	}
	return newest, nil
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

// instances reads a deployment's instances. A broken one is left out and
// logged: it is evidence of nothing.
func (c cluster) instances(ctx context.Context, deployment *v1.StyrminDeployment) ([]lifecycle.Instance, error) {
	all, broken, err := instance.List(ctx, c.reader, deployment.Namespace, deployment.Name)
	if err != nil {
		return nil, err
	}
	for range broken {
		// What exactly is wrong may quote the Secret, so it is not logged.
		c.log.Info("skipped a broken instance", "namespace", deployment.Namespace, "deployment", deployment.Name)
	}
	var out []lifecycle.Instance
	for _, i := range all {
		if problem := notOf(i, deployment); problem != "" {
			c.log.Info("skipped an instance", "namespace", deployment.Namespace, "deployment", deployment.Name, "instance", i.Digest, "problem", problem)
			continue
		}
		known, err := i.ForGate()
		if err != nil {
			return nil, fmt.Errorf("instance %s of StyrminDeployment %s/%s: %w", i.Digest, deployment.Namespace, deployment.Name, err)
		}
		out = append(out, known)
	}
	return out, nil
}

// evidence reads the deployment's Jobs that admission has vouched for: those
// that bear its stamp. Jobs from before the namespace opted in have none.
func (c cluster) evidence(ctx context.Context, deployment *v1.StyrminDeployment) ([]lifecycle.Evidence, error) {
	var list batchv1.JobList
	if err := c.reader.List(ctx, &list, client.InNamespace(deployment.Namespace), client.MatchingLabels{v1.LabelDeployment: deployment.Name}); err != nil {
		return nil, fmt.Errorf("listing the Jobs of namespace %s: %w", deployment.Namespace, err)
	}
	var evidence []lifecycle.Evidence
	for i := range list.Items {
		job := &list.Items[i]
		if job.Annotations[v1.AnnotationRequester] == "" {
			continue
		}
		e, err := jobs.Read(job)
		if err != nil {
			c.log.Info("skipped a Job", "problem", err.Error())
			continue
		}
		evidence = append(evidence, e)
	}
	return evidence, nil
}

func (c cluster) listDeployments(ctx context.Context, namespace string, into *v1.StyrminDeploymentList) error {
	if err := c.reader.List(ctx, into, client.InNamespace(namespace)); err != nil {
		return fmt.Errorf("listing the StyrminDeployments of namespace %s: %w", namespace, err)
	}
	return nil
}
