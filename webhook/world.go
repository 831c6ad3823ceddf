package webhook

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

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
