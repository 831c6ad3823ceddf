package webhook

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	admissionv1 "k8s.io/api/admission/v1"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// garbageCollector takes owners off objects that outlive them.
const garbageCollector = "system:serviceaccount:kube-system:generic-garbage-collector"

// job keeps the Jobs of actions what the server rendered: at their creation,
// after all mutating webhooks, and ever after.
func (r *rules) job(ctx context.Context, req admission.Request) answer {
	if req.SubResource == "status" {
		return r.jobStatus(req)
	}
	var current batchv1.Job
	if err := r.decoder.Decode(req, &current); err != nil {
		return deny("Malformed", "the Job cannot be read", err.Error())
	}
	if req.Operation != admissionv1.Update {
		return r.createdJob(ctx, req, &current)
	}
	var old batchv1.Job
	if err := r.decoder.DecodeRaw(req.OldObject, &old); err != nil {
		return deny("Malformed", "the stored Job cannot be read", err.Error())
	}
	problems := changes(&old, &current, req.UserInfo.Username)
	if len(problems) > 0 {
		return deny("Changed", fmt.Sprintf("Job %s/%s belongs to an action, and such a Job does not change after its creation", req.Namespace, req.Name), problems...)
	}
	return allow("Unchanged")
}

// jobStatus: who writes a Job's status decides what is evidence.
func (r *rules) jobStatus(req admission.Request) answer {
	if slices.Contains(r.settings.JobControllers, req.UserInfo.Username) {
		return allow("JobController")
	}
	return deny("NotJobController", fmt.Sprintf("Job %s/%s belongs to an action: its status is evidence, and only the Job controller writes it", req.Namespace, req.Name),
		fmt.Sprintf("found user %q, expected one of %q", req.UserInfo.Username, r.settings.JobControllers))
}

// createdJob compares a new Job with the server's own rendering.
func (r *rules) createdJob(ctx context.Context, req admission.Request, job *batchv1.Job) answer {
	id, err := identityOf(job)
	if err != nil {
		return jobRefused(req, err)
	}
	rendered, err := r.render(ctx, req.Namespace, id)
	if err != nil {
		return jobRefused(req, err)
	}
	rendered.Annotations[v1.AnnotationRequester] = req.UserInfo.Username
	acceptOlderBase(job, rendered)
	if problems := differences(rendered, job, req.Object.Raw); len(problems) > 0 {
		return deny("Forged", fmt.Sprintf("Job %s/%s differs from the server's rendering of its instance", req.Namespace, req.Name), problems...)
	}
	return allow("AsRendered")
}

// acceptOlderBase: the release may have got a revision between the rendering
// and now. A base that is older than needed makes the evidence expire earlier,
// which is safe; a newer one would make it last too long.
func acceptOlderBase(job, rendered *batchv1.Job) {
	found, err := strconv.Atoi(job.Annotations[v1.AnnotationBaseRevision])
	newest, _ := strconv.Atoi(rendered.Annotations[v1.AnnotationBaseRevision])
	if err == nil && found >= 0 && found <= newest {
		rendered.Annotations[v1.AnnotationBaseRevision] = job.Annotations[v1.AnnotationBaseRevision]
	}
}

// differences compares everything that the rendering decides.
func differences(rendered, found *batchv1.Job, raw []byte) []string {
	problems := metadataDifferences(rendered, found)
	if !equality.Semantic.DeepEqual(rendered.OwnerReferences, found.OwnerReferences) {
		problems = append(problems, "metadata.ownerReferences: expected the StyrminDeployment alone")
	}
	return append(problems, specDifferences(&rendered.Spec, raw)...)
}

// metadataDifferences compares Styrmin's own labels and annotations.
func metadataDifferences(expected, found *batchv1.Job) []string {
	var problems []string
	for _, part := range []struct {
		name            string
		expected, found map[string]string
	}{
		{"metadata.labels", own(expected.Labels), own(found.Labels)},
		{"metadata.annotations", own(expected.Annotations), own(found.Annotations)},
	} {
		if !maps.Equal(part.expected, part.found) {
			problems = append(problems, fmt.Sprintf("%s: found %s, expected %s", part.name, shown(part.found), shown(part.expected)))
		}
	}
	return problems
}

// changes lists what an update would change that must not change.
func changes(old, current *batchv1.Job, user string) []string {
	if old.Labels[v1.LabelRun] == "" {
		return []string{fmt.Sprintf("metadata.labels: it would gain %s; Jobs bear it from their creation or never", v1.LabelRun)}
	}
	problems := metadataDifferences(old, current)
	if user != garbageCollector && !equality.Semantic.DeepEqual(old.OwnerReferences, current.OwnerReferences) {
		problems = append(problems, "metadata.ownerReferences: they are fixed")
	}
	if !equality.Semantic.DeepEqual(old.Spec, current.Spec) {
		problems = append(problems, "spec: it is fixed; to stop the action, delete the Job: its run then fails there, and can be resumed")
	}
	return problems
}
