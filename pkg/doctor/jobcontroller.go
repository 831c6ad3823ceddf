package doctor

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// jobController asks whether the users who are taken for the Job controller, by the
// webhook and by the policy of pods, are the same, and may do its work.
func jobController(ctx context.Context, e *examination) ([]Finding, error) {
	next := fmt.Sprintf("name the Job controller's user in the policy styrmin-pods and in the flag --job-controllers of Deployment %s/%s", v1.SystemNamespace, install.WebhookName)
	policies := e.ofKinds("ValidatingAdmissionPolicy")
	byPolicy, err := e.usersOfPolicy(ctx, policies[0])
	if err != nil {
		return nil, err
	}
	byWebhook, err := e.usersOfWebhook(ctx, usersIn(policies[0]))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(byPolicy, byWebhook) {
		return []Finding{{
			Level: Problem, Found: fmt.Sprintf("the policy of pods takes %s for the Job controller, the webhook %s", strings.Join(byPolicy, ", "), strings.Join(byWebhook, ", ")),
			Why: "Either Jobs of actions never end, because the Job controller is refused, or somebody else may write their outcome.", Next: next,
		}}, nil
	}
	for _, user := range byWebhook {
		may, err := e.mayWriteJobStatus(ctx, user)
		if err != nil || may {
			return fine("the Job controller is one of %s", strings.Join(byWebhook, ", ")), err
		}
	}
	return []Finding{{
		Level: Problem, Found: fmt.Sprintf("none of the users taken for the Job controller may write the status of Jobs: %s", strings.Join(byWebhook, ", ")),
		Why: "The real Job controller has another name and is refused: Jobs of actions never end.", Next: next,
	}}, nil
}

func (e *examination) usersOfPolicy(ctx context.Context, rendered *unstructured.Unstructured) ([]string, error) {
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(rendered.GroupVersionKind())
	if err := e.Client.Get(ctx, client.ObjectKeyFromObject(rendered), live); err != nil {
		return nil, err
	}
	return usersIn(live), nil
}

// usersOfWebhook are those of the flag or, without it, the default ones.
func (e *examination) usersOfWebhook(ctx context.Context, defaults []string) ([]string, error) {
	var deployment appsv1.Deployment
	if err := e.Client.Get(ctx, client.ObjectKey{Namespace: v1.SystemNamespace, Name: install.WebhookName}, &deployment); err != nil {
		return nil, err
	}
	for _, container := range deployment.Spec.Template.Spec.Containers {
		for _, argument := range container.Args {
			if _, users, ok := strings.Cut(argument, "-job-controllers="); ok {
				return slices.Sorted(slices.Values(strings.Split(users, ","))), nil
			}
		}
	}
	return defaults, nil
}

// quotedUser matches the users in the policy's condition.
var quotedUser = regexp.MustCompile(`'([^']+)'`)

// usersIn are the users that the policy of pods leaves alone.
func usersIn(policy *unstructured.Unstructured) (users []string) {
	conditions, _, _ := unstructured.NestedSlice(policy.Object, "spec", "matchConditions")
	for _, c := range conditions {
		condition, _ := c.(map[string]any)
		expression, _ := condition["expression"].(string)
		for _, match := range quotedUser.FindAllStringSubmatch(expression, -1) {
			users = append(users, match[1])
		}
	}
	slices.Sort(users)
	return users
}

func (e *examination) mayWriteJobStatus(ctx context.Context, user string) (bool, error) {
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user,
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: "batch", Resource: "jobs", Subresource: "status", Verb: "update", Namespace: v1.SystemNamespace,
		},
	}}
	err := e.Client.Create(ctx, review)
	return review.Status.Allowed, err
}
