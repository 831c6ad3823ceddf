package webhook

import (
	"context"
	"fmt"
	"strings"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// brokenGlass is the deployment's broken glass while it is in force, else nil.
func (r *rules) brokenGlass(deployment *v1.StyrminDeployment) *v1.BreakGlass {
	glass, err := deployment.BreakGlass()
	if err != nil || !glass.InForce(r.now()) {
		return nil
	}
	return glass
}

// checkBreakGlass judges a change of the annotation by which the gate is opened.
// To take it away closes the gate, and everybody may do that who may change the
// deployment. The result is the new one; nil when nothing is opened.
func (r *rules) checkBreakGlass(ctx context.Context, req admission.Request, current, old *v1.StyrminDeployment) (*v1.BreakGlass, []string, error) {
	value, set := current.Annotations[v1.AnnotationBreakGlass]
	if !set || old != nil && old.Annotations[v1.AnnotationBreakGlass] == value {
		return nil, nil, nil
	}
	path := field.NewPath("metadata", "annotations").Key(v1.AnnotationBreakGlass)
	allowed, err := r.mayRelease(ctx, req.UserInfo, current)
	if err != nil {
		return nil, nil, err
	}
	if !allowed {
		return nil, []string{field.Forbidden(path, fmt.Sprintf("it opens the gate, which needs the verb %s on styrmindeployments.%s, and user %s does not have it; a platform admin grants it by the ClusterRole styrmin-break-glass",
			v1.VerbRelease, v1.GroupVersion.Group, req.UserInfo.Username)).Error()}, nil
	}
	glass, err := current.BreakGlass()
	if err != nil {
		return nil, []string{field.Invalid(path, value, err.Error()).Error()}, nil
	}
	return glass, r.glassProblems(path, glass, req.UserInfo.Username), nil
}

// glassProblems: it is in the user's own name, says why, and ends.
func (r *rules) glassProblems(path *field.Path, glass *v1.BreakGlass, user string) []string {
	var problems []string
	if glass.By != user {
		problems = append(problems, field.Invalid(path.Child("by"), glass.By, fmt.Sprintf("expected %s, the user who asks", user)).Error())
	}
	if reason := strings.TrimSpace(glass.Reason); reason == "" || len(reason) > v1.LongestReason || strings.ContainsAny(reason, "\r\n") {
		problems = append(problems, field.Invalid(path.Child("reason"), "", fmt.Sprintf("expected one line of at most %d characters", v1.LongestReason)).Error())
	}
	if !glass.InForce(r.now()) {
		problems = append(problems, field.Invalid(path.Child("until"), glass.Until.Format(time.RFC3339), fmt.Sprintf("expected a time from now to %s from now", v1.LongestBreakGlass)).Error())
	}
	return problems
}

// mayRelease asks the API server whether a user has the verb for emergencies.
func (c cluster) mayRelease(ctx context.Context, user authenticationv1.UserInfo, deployment *v1.StyrminDeployment) (bool, error) {
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user.Username, UID: user.UID, Groups: user.Groups, Extra: map[string]authorizationv1.ExtraValue{},
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: deployment.Namespace, Name: deployment.Name, Verb: v1.VerbRelease,
			Group: v1.GroupVersion.Group, Version: v1.GroupVersion.Version, Resource: "styrmindeployments",
		},
	}}
	for key, value := range user.Extra {
		review.Spec.Extra[key] = authorizationv1.ExtraValue(value)
	}
	if err := c.client.Create(ctx, review); err != nil {
		return false, fmt.Errorf("asking whether %s may %s StyrminDeployment %s/%s: %w", user.Username, v1.VerbRelease, deployment.Namespace, deployment.Name, err)
	}
	return review.Status.Allowed, nil
}

// lastResort is the end of a denial for those who may break the glass, else empty.
func (r *rules) lastResort(ctx context.Context, user authenticationv1.UserInfo, deployment *v1.StyrminDeployment) string {
	allowed, err := r.mayRelease(ctx, user, deployment)
	if err != nil {
		r.log.Error(err, "the denial does not say whether the user may break the glass")
	}
	if !allowed {
		return ""
	}
	return fmt.Sprintf(". As the last resort, without the pre actions: kubectl styrmin release %s -n %s --reason …", deployment.Name, deployment.Namespace)
}
