package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// expectation is what is to be said of objects that are missing, or are not as
// this version renders them.
type expectation struct {
	missing, differs string
	// drift is the level of a difference; a missing object is always a problem.
	drift Level
	next  string
}

// asRendered compares objects with the cluster's.
func (e *examination) asRendered(ctx context.Context, objects []*unstructured.Unstructured, x expectation) ([]Finding, error) {
	var findings []Finding
	for _, object := range objects {
		fields, found, err := e.compare(ctx, object)
		switch {
		case err != nil:
			return findings, err
		case !found:
			findings = append(findings, Finding{Level: Problem, Found: describe(object) + " is missing", Why: x.missing, Next: x.next})
		case len(fields) > 0:
			findings = append(findings, Finding{
				Level: x.drift, Found: describe(object) + " is not as this version renders it: " + some(fields), Why: x.differs, Next: x.next,
			})
		}
	}
	return orFine(findings, "%s as this version renders them", count(len(objects), "object")), nil
}

// compare names the fields in which an object is not as rendered. The API server
// itself fills in the defaults: the rendering replaces the object, as a dry run.
func (e *examination) compare(ctx context.Context, rendered *unstructured.Unstructured) (fields []string, found bool, err error) {
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(rendered.GroupVersionKind())
	err = e.Client.Get(ctx, client.ObjectKeyFromObject(rendered), live)
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", describe(rendered), err)
	}
	if live.GetDeletionTimestamp() != nil {
		return nil, false, nil // it is as good as gone
	}
	wanted := rendered.DeepCopy()
	wanted.SetResourceVersion(live.GetResourceVersion())
	keepAuthorities(wanted, live)
	if err := e.Client.Update(ctx, wanted, client.DryRunAll); err != nil {
		return nil, true, fmt.Errorf("compare %s (by a dry run): %w", describe(rendered), err)
	}
	fields = labelsLost(rendered, live)
	for _, key := range keysOf(wanted.Object, live.Object) {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "status"}, key) {
			fields = append(fields, differences(key, live.Object[key], wanted.Object[key])...)
		}
	}
	return fields, true, nil
}

// labelsLost are the rendered labels that an object does not have; more do no harm.
func labelsLost(rendered, live *unstructured.Unstructured) (fields []string) {
	found := live.GetLabels()
	wanted := rendered.GetLabels()
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		if value := wanted[key]; found[key] != value {
			fields = append(fields, fmt.Sprintf("metadata.labels[%s]: found %s, expected %s", key, shown(orNil(found, key)), shown(value)))
		}
	}
	return fields
}

func orNil(labels map[string]string, key string) any {
	if value, ok := labels[key]; ok {
		return value
	}
	return nil
}

// keepAuthorities copies the certificate authorities, which the webhook itself puts
// in, into the rendering. The check of the certificate looks at them.
func keepAuthorities(wanted, live *unstructured.Unstructured) {
	authorities := map[any]any{}
	for _, webhook := range webhooksOf(live) {
		authority, _, _ := unstructured.NestedString(webhook, "clientConfig", "caBundle")
		authorities[webhook["name"]] = authority
	}
	for _, webhook := range webhooksOf(wanted) {
		if config, ok := webhook["clientConfig"].(map[string]any); ok && authorities[webhook["name"]] != nil {
			config["caBundle"] = authorities[webhook["name"]]
		}
	}
}

// webhooksOf are those of a webhook configuration, to be changed in place.
func webhooksOf(object *unstructured.Unstructured) (webhooks []map[string]any) {
	list, _ := object.Object["webhooks"].([]any)
	for _, item := range list {
		if webhook, ok := item.(map[string]any); ok {
			webhooks = append(webhooks, webhook)
		}
	}
	return webhooks
}

// some joins texts, and only counts those beyond the first ones.
func some(texts []string) string {
	const most = 5
	if len(texts) <= most {
		return strings.Join(texts, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(texts[:most], "; "), len(texts)-most)
}

// describe names an object as kubectl does.
func describe(object client.Object) string {
	kind := object.GetObjectKind().GroupVersionKind().Kind
	if namespace := object.GetNamespace(); namespace != "" {
		return fmt.Sprintf("%s %s/%s", kind, namespace, object.GetName())
	}
	return kind + " " + object.GetName()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}
