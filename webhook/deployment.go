package webhook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// maxReleaseName is Helm's limit.
const maxReleaseName = 53

// deployment checks the spec of a StyrminDeployment, and of its metadata what
// bears on the gate: its owners, and the broken glass. All else passes.
func (r *rules) deployment(ctx context.Context, req admission.Request) answer {
	var current v1.StyrminDeployment
	if err := r.decoder.Decode(req, &current); err != nil {
		return deny("Malformed", "the StyrminDeployment cannot be read", err.Error())
	}
	var old *v1.StyrminDeployment
	if req.Operation == admissionv1.Update {
		old = &v1.StyrminDeployment{}
		if err := r.decoder.DecodeRaw(req.OldObject, old); err != nil {
			return deny("Malformed", "the stored StyrminDeployment cannot be read", err.Error())
		}
		if current.DeletionTimestamp != nil {
			return allow("Deleting")
		}
	}
	current.Namespace = req.Namespace
	spec := allow("SpecUnchanged")
	if old == nil || !equality.Semantic.DeepEqual(old.Spec, current.Spec) {
		spec = r.judgeDeployment(ctx, &current, old)
	}
	if spec.outcome != outcomeAllowed {
		return spec
	}
	// Last, since to open the gate leaves an Event.
	return r.judgeMetadata(ctx, req, &current, old, spec)
}

// judgeMetadata judges the owners and the broken glass; spec is the answer when neither changes.
func (r *rules) judgeMetadata(ctx context.Context, req admission.Request, current, old *v1.StyrminDeployment, spec answer) answer {
	problems := checkOwners(current, old)
	glass, more, err := r.checkBreakGlass(ctx, req, current, old)
	if err != nil {
		return undecided(current.Namespace, err)
	}
	if problems = append(problems, more...); len(problems) > 0 {
		return deny("Forbidden", fmt.Sprintf("StyrminDeployment %s/%s cannot be changed so", current.Namespace, current.Name), problems...)
	}
	if glass == nil {
		return spec
	}
	if !isDryRun(req) {
		r.event(ctx, current, "BreakGlass", fmt.Sprintf("%s opened the gate until %s, because: %s", glass.By, glass.Until.UTC().Format(time.RFC3339), glass.Reason))
	}
	return allow("BreakGlass", append(spec.warnings, fmt.Sprintf("styrmin: until %s, every change of release %s is let through without its pre actions", glass.Until.UTC().Format(time.RFC3339), current.ReleaseName()))...)
}

// checkOwners: the garbage collector deletes what somebody's owner leaves, with
// rights of its own. To become an owner would be a way to delete the deployment.
func checkOwners(current, old *v1.StyrminDeployment) []string {
	for _, owner := range current.OwnerReferences {
		if old == nil || !slices.ContainsFunc(old.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == owner.UID }) {
			return []string{field.Forbidden(field.NewPath("metadata", "ownerReferences"),
				fmt.Sprintf("it would be deleted together with %s %s, and its release escape the gate; a StyrminDeployment has no owner", owner.Kind, owner.Name)).Error()}
		}
	}
	return nil
}

func (r *rules) judgeDeployment(ctx context.Context, current, old *v1.StyrminDeployment) answer {
	problems := checkNames(current)
	if old != nil {
		problems = append(problems, checkFixed(current, old)...)
	}
	other, err := r.governedByOther(ctx, current)
	if err != nil {
		return undecided(current.Namespace, err)
	}
	if other != "" {
		problems = append(problems, field.Forbidden(field.NewPath("spec", "release"),
			fmt.Sprintf("Helm release %s is governed by StyrminDeployment %s already; choose another release", current.ReleaseName(), other)).Error())
	}
	more, warnings, err := r.checkAgainstDriver(ctx, current)
	if err != nil {
		return undecided(current.Namespace, err)
	}
	problems = append(problems, more...)
	if len(problems) > 0 {
		return deny("Invalid", fmt.Sprintf("StyrminDeployment %s/%s is not valid", current.Namespace, current.Name), problems...)
	}
	return allow("Valid", warnings...)
}

// checkNames: the deployment's name is a label's value on all of its objects,
// and the release's name is Helm's.
func checkNames(d *v1.StyrminDeployment) []string {
	var problems []string
	if len(validation.IsValidLabelValue(d.Name)) > 0 {
		problems = append(problems, field.Invalid(field.NewPath("metadata", "name"), d.Name,
			fmt.Sprintf("its objects bear it as a label, so it may have %d characters at most", validation.LabelValueMaxLength)).Error())
	}
	release, path := d.ReleaseName(), field.NewPath("spec", "release")
	if len(release) > maxReleaseName {
		problems = append(problems, field.Invalid(path, release,
			fmt.Sprintf("Helm's release names have %d characters at most; set spec.release to a shorter name", maxReleaseName)).Error())
	}
	for _, problem := range validation.IsDNS1123Subdomain(release) {
		problems = append(problems, field.Invalid(path, release, problem).Error())
	}
	return problems
}

// checkFixed: who may change a spec could take the release out of the gate's
// sight, or give it a driver without pre actions. Deleting the deployment, which
// has the same effect, is not in the built-in edit role either.
func checkFixed(current, old *v1.StyrminDeployment) []string {
	var problems []string
	spec := field.NewPath("spec")
	if current.ReleaseName() != old.ReleaseName() {
		problems = append(problems, field.Forbidden(spec.Child("release"),
			fmt.Sprintf("it is %s and cannot change, or that release would escape the gate; create another StyrminDeployment", old.ReleaseName())).Error())
	}
	if current.Spec.Driver != old.Spec.Driver {
		problems = append(problems, field.Forbidden(spec.Child("driver"),
			fmt.Sprintf("it is %s and cannot change, or that driver's pre actions would be skipped; create another StyrminDeployment", old.Spec.Driver)).Error())
	}
	return problems
}

func (r *rules) governedByOther(ctx context.Context, d *v1.StyrminDeployment) (string, error) {
	var all v1.StyrminDeploymentList
	other := ""
	if err := r.listDeployments(ctx, d.Namespace, &all); err != nil {
		return "", err
	}
	for i := range all.Items {
		if all.Items[i].Name != d.Name && all.Items[i].ReleaseName() == d.ReleaseName() {
			other = all.Items[i].Name
		}
	}
	return other, nil
}

// checkAgainstDriver needs the registered driver. Where any driver may be used,
// one that is not registered cannot be checked here; the client does it.
func (r *rules) checkAgainstDriver(ctx context.Context, d *v1.StyrminDeployment) (problems, warnings []string, err error) {
	registered, err := r.registered(ctx, d.Spec.Driver)
	if err != nil {
		return nil, nil, err
	}
	if registered != nil {
		return withPaths(registered, d), nil, nil
	}
	namespace, err := r.namespace(ctx, d.Namespace)
	if err != nil {
		return nil, nil, err
	}
	if anyDriver(namespace) {
		return nil, []string{fmt.Sprintf("styrmin: driver %s is not registered, so version and parameters were not checked", d.Spec.Driver)}, nil
	}
	return []string{field.NotFound(field.NewPath("spec", "driver"), d.Spec.Driver).Error() +
		": no ApplicationDriver of this name is registered; register it with: kubectl styrmin driver load DIR"}, nil, nil
}

func anyDriver(namespace *corev1.Namespace) bool {
	return namespace.Annotations[v1.AnnotationDrivers] == v1.DriversAny
}

// withPaths puts the field path in front of each problem.
func withPaths(d *driver.Driver, deployment *v1.StyrminDeployment) []string {
	problems := instance.Check(d, deployment)
	for i, problem := range problems {
		problems[i] = pathOf(problem) + ": " + problem
	}
	return problems
}

// pathOf names the field that a problem of pkg/instance is about; its problems
// begin with what they are about.
func pathOf(problem string) string {
	spec := field.NewPath("spec")
	subject, rest, _ := strings.Cut(problem, " ")
	name, _, _ := strings.Cut(rest, " ")
	name = strings.TrimSuffix(name, ":")
	switch subject {
	case "parameter":
		return spec.Child("parameters").Key(name).String()
	case "sensitive":
		return spec.Child("sensitive").String()
	case "action":
		return spec.Child("jobs", "actions").Key(name).String()
	case "config":
		return spec.Child("config").Key(name).String()
	}
	return spec.Child("version").String()
}
