package doctor

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// whyUnseen is why it matters where records are.
const whyUnseen = "The gate sees changes where their records are created, and nowhere else: this release can be changed without its pre actions."

// records looks for records of governed releases where the gate does not see them:
// in namespaces that did not opt in, as a client does that is told to store them elsewhere.
func records(ctx context.Context, e *examination) ([]Finding, error) {
	governed := map[string][]string{}
	for _, d := range e.deployments {
		if e.judged(d.Namespace) {
			governed[d.ReleaseName()] = append(governed[d.ReleaseName()], d.Namespace)
		}
	}
	all, err := e.recordMetadata(ctx)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, record := range all {
		homes := governed[record.Labels[release.LabelName]]
		if len(homes) == 0 || e.judged(record.Namespace) || record.Labels[release.LabelStatus] != release.StatusDeployed {
			continue
		}
		home, err := e.homeOf(ctx, record)
		if err != nil {
			return findings, err
		}
		if slices.Contains(homes, home) {
			findings = append(findings, Finding{
				Level: Problem, Found: fmt.Sprintf("release %s/%s is governed, and its records are in namespace %s, which did not opt in", home, record.Labels[release.LabelName], record.Namespace),
				Why: whyUnseen, Next: "kubectl styrmin prepare " + record.Namespace + ", or have the client store records in " + home,
			})
		}
	}
	return orFine(append(findings, e.orphans(all)...), "all of %s lie where the gate looks, or are of releases that nobody governs", plural(len(all), "Helm release record")), nil
}

// orphans are releases that a run deployed and that no deployment governs any more.
func (e *examination) orphans(all []metav1.PartialObjectMetadata) (findings []Finding) {
	for _, record := range all {
		name := record.Labels[release.LabelName]
		if !e.judged(record.Namespace) || record.Labels[v1.LabelRun] == "" || record.Labels[release.LabelStatus] != release.StatusDeployed || e.governs(record.Namespace, name) {
			continue
		}
		findings = append(findings, Finding{
			Level: Warning, Found: fmt.Sprintf("release %s/%s was deployed by a run, and its StyrminDeployment is gone", record.Namespace, name),
			Why: "It stays held, and no run can bring evidence, until it is adopted or uninstalled.", Next: fmt.Sprintf("kubectl styrmin upgrade %s -n %s --driver DRIVER", name, record.Namespace),
		})
	}
	return findings
}

func (e *examination) governs(namespace, name string) bool {
	return slices.ContainsFunc(e.deployments, func(d v1.StyrminDeployment) bool { return d.Namespace == namespace && d.ReleaseName() == name })
}

// recordMetadata lists all release records of the cluster, without their content.
func (e *examination) recordMetadata(ctx context.Context) ([]metav1.PartialObjectMetadata, error) {
	var all []metav1.PartialObjectMetadata
	for _, kind := range []string{"Secret", "ConfigMap"} {
		var list metav1.PartialObjectMetadataList
		list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind + "List"))
		if err := e.Client.List(ctx, &list, client.MatchingLabels{release.LabelOwner: release.OwnerHelm}); err != nil {
			return nil, fmt.Errorf("list the Helm release records (%ss): %w", kind, err)
		}
		for _, item := range list.Items {
			item.Kind = kind
			all = append(all, item)
		}
	}
	return all, nil
}

// homeOf is the namespace that a record's release is installed to. Who cannot be read is nowhere.
func (e *examination) homeOf(ctx context.Context, meta metav1.PartialObjectMetadata) (string, error) {
	key := client.ObjectKey{Namespace: meta.Namespace, Name: meta.Name}
	var record *release.Record
	var unreadable error
	if meta.Kind == "ConfigMap" {
		var object corev1.ConfigMap
		if err := e.Client.Get(ctx, key, &object); err != nil {
			return "", client.IgnoreNotFound(err)
		}
		record, unreadable = release.FromConfigMap(&object)
	} else {
		var object corev1.Secret
		if err := e.Client.Get(ctx, key, &object); err != nil {
			return "", client.IgnoreNotFound(err)
		}
		record, unreadable = release.FromSecret(&object)
	}
	if unreadable != nil {
		return "", nil
	}
	return record.Namespace, nil
}
