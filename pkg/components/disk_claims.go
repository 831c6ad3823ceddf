package components

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// claimsOf are the names of the claims that a component's pods have, or would have if it
// were not stopped, sorted: of the volumes that its driver names, or of all. Volumes that
// come and go with a pod are not among them.
func (c *Client) claimsOf(ctx context.Context, component Component) ([]string, error) {
	workloads, err := c.workloads(ctx, component)
	if err != nil {
		return nil, err
	}
	var there []string
	claims, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the claims of namespace %s: %w", c.namespace, err)
	}
	for _, claim := range claims.Items {
		there = append(there, claim.Name)
	}
	byVolume := map[string][]string{}
	for _, w := range workloads {
		for volume, names := range w.claimsByVolume(there) {
			byVolume[volume] = append(byVolume[volume], names...)
		}
	}
	return chosenClaims(component, byVolume)
}

// claimsByVolume are the names of the claims behind each of a workload's volumes.
func (w workload) claimsByVolume(there []string) map[string][]string {
	found := map[string][]string{}
	for _, volume := range w.template.Spec.Volumes {
		// A StatefulSet's claim hides the volume of its name.
		if volume.PersistentVolumeClaim != nil && !slices.Contains(w.claims, volume.Name) {
			found[volume.Name] = append(found[volume.Name], volume.PersistentVolumeClaim.ClaimName)
		}
	}
	for _, name := range w.claims {
		found[name] = w.claimsOfTemplate(name, there)
	}
	return found
}

// claimsOfTemplate are those of a StatefulSet's pods, by its rule of naming them. Of one
// whose count nobody knows, because it is 0 and no stop recorded another, they are those
// that are there.
func (w workload) claimsOfTemplate(template string, there []string) []string {
	prefix, count := template+"-"+w.meta.Name+"-", int(w.replicas)
	if record, recorded := w.record(); recorded && count == 0 {
		count, _ = strconv.Atoi(record)
	}
	var names []string
	for ordinal := range count {
		names = append(names, prefix+strconv.Itoa(int(w.first)+ordinal))
	}
	if count > 0 {
		return names
	}
	form := regexp.MustCompile("^" + regexp.QuoteMeta(prefix) + "[0-9]+$")
	return slices.DeleteFunc(slices.Clone(there), func(name string) bool { return !form.MatchString(name) })
}

// chosenClaims are those of the volumes that the driver names.
func chosenClaims(component Component, byVolume map[string][]string) ([]string, error) {
	wanted := component.Backup.Volumes
	if component.Backup.Volume != "" {
		wanted = append(slices.Clone(wanted), component.Backup.Volume)
	}
	var volumes, claims []string
	for volume, names := range byVolume {
		volumes = append(volumes, volume)
		if len(wanted) == 0 || slices.Contains(wanted, volume) {
			claims = append(claims, names...)
		}
	}
	slices.Sort(volumes)
	for _, volume := range wanted {
		if !slices.Contains(volumes, volume) {
			return nil, &UnsupportedError{What: fmt.Sprintf("spec.components.%s.backup names the volume %q, and no pod of the component has a claim as a volume of that name; it has %s",
				component.Name, volume, orNone(volumes))}
		}
	}
	if len(claims) == 0 {
		return nil, &UnsupportedError{What: fmt.Sprintf("no pod of the component has a claim as a volume, so there is no disk to back up; "+
			"a backup of the kind %s is for volumes that outlast pods", diskKind)}
	}
	slices.Sort(claims)
	return slices.Compact(claims), nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// boundClaims reads claims, each of which must have a volume.
func (c *Client) boundClaims(ctx context.Context, names []string) ([]corev1.PersistentVolumeClaim, error) {
	var found []corev1.PersistentVolumeClaim
	var problems []error
	for _, name := range names {
		claim, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			problems = append(problems, fmt.Errorf("claim %s/%s is not there yet: start the component first", c.namespace, name))
		case err != nil:
			return nil, err
		case claim.DeletionTimestamp != nil:
			problems = append(problems, fmt.Errorf("claim %s/%s is being deleted", c.namespace, name))
		case claim.Status.Phase != corev1.ClaimBound:
			problems = append(problems, fmt.Errorf("claim %s/%s is %s and has no volume yet, expected it to be Bound: `kubectl describe pvc %[2]s -n %[1]s` says why", c.namespace, name, claim.Status.Phase))
		default:
			found = append(found, *claim)
		}
	}
	return found, errors.Join(problems...)
}
