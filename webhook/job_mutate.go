package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// mutateJob replaces what the client sent by the server's own rendering of the
// Job, and stamps who asked for it.
func (r *rules) mutateJob(ctx context.Context, req admission.Request) answer {
	var job batchv1.Job
	if err := r.decoder.Decode(req, &job); err != nil {
		return deny("Malformed", "the Job cannot be read", err.Error())
	}
	id, err := identityOf(&job)
	if err != nil {
		return jobRefused(req, err)
	}
	rendered, err := r.render(ctx, req.Namespace, id)
	if err != nil {
		return jobRefused(req, err)
	}
	overwrite(&job, rendered, req.UserInfo.Username)
	current, err := json.Marshal(&job)
	if err != nil {
		return undecided(req.Namespace, err)
	}
	a := allow("Rendered")
	a.original, a.current = req.Object.Raw, current
	return a
}

// jobRefused tells the client's mistakes from our own failures.
func jobRefused(req admission.Request, err error) answer {
	var mistake *refusal
	if errors.As(err, &mistake) {
		return deny(mistake.reason, fmt.Sprintf("Job %s/%s is not an action's Job that can be admitted", req.Namespace, req.Name), mistake.problem)
	}
	return undecided(req.Namespace, err)
}

// overwrite puts the rendering in place of the client's spec, owner and
// styrmin.io labels and annotations. Labels and annotations of others stay.
func overwrite(job, rendered *batchv1.Job, requester string) {
	job.Spec = rendered.Spec
	job.OwnerReferences = rendered.OwnerReferences
	job.Labels = replaced(job.Labels, rendered.Labels)
	job.Annotations = replaced(job.Annotations, rendered.Annotations)
	job.Annotations[v1.AnnotationRequester] = requester
}

// replaced is all with Styrmin's entries exchanged for the rendered ones.
func replaced(all, rendered map[string]string) map[string]string {
	out := make(map[string]string, len(all)+len(rendered))
	for key, value := range all {
		if !strings.HasPrefix(key, labelPrefix) {
			out[key] = value
		}
	}
	maps.Copy(out, rendered)
	return out
}
