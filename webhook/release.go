package webhook

import (
	"context"
	"fmt"
	"slices"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// release judges the creation of a Helm release record: the moment at which
// every client can still be stopped cleanly (G4).
func (r *rules) release(ctx context.Context, req admission.Request) answer {
	return r.created(ctx, req, r.settings.Patience)
}

// warn judges the same where the gate only warns. Nothing is stopped there, whatever
// cannot be read or decided, and nothing waits.
func (r *rules) warn(ctx context.Context, req admission.Request) answer {
	return r.created(ctx, req, 0).warned()
}

func (r *rules) created(ctx context.Context, req admission.Request, patience time.Duration) answer {
	record, meta, decodeErr := r.decodeRecord(ctx, req.Kind.Kind, req.Object.Raw)
	if meta != nil && r.memory.nobodyGoverns(req.Namespace, possibleHomes(req.Namespace, record), candidates(record, meta)) {
		return notGoverned()
	}
	return r.judgeRelease(ctx, req, record, meta, decodeErr, patience)
}

func (r *rules) judgeRelease(ctx context.Context, req admission.Request, record *release.Record, meta *metav1.ObjectMeta, decodeErr error, patience time.Duration) answer {
	if meta == nil {
		return deny("Malformed", "the object is not a Secret or ConfigMap", decodeErr.Error())
	}
	names := candidates(record, meta)
	deployment, err := r.governingAny(ctx, r.homes(ctx, req.Namespace, record), names)
	switch {
	case err != nil:
		return undecided(req.Namespace, err)
	case deployment == nil:
		return r.judgeUngoverned(ctx, req.Namespace, names)
	case decodeErr != nil:
		return deny("Undecodable", fmt.Sprintf("this release is governed by StyrminDeployment %s/%s, and its record cannot be read, so it cannot be judged",
			deployment.Namespace, deployment.Name), decodeErr.Error())
	}
	if isDryRun(req) {
		patience = 0
	}
	verdict, err := r.verdict(ctx, change{record: record, deployment: deployment, storage: req.Namespace}, patience)
	if err != nil {
		return undecided(deployment.Namespace, err)
	}
	return r.conclude(ctx, req, deployment, verdict)
}

// isDryRun: such a request leaves no trace, and nobody waits for it.
func isDryRun(req admission.Request) bool { return req.DryRun != nil && *req.DryRun }

// judgeUngoverned: a release that a run deployed stays governed when its deployment is gone.
func (r *rules) judgeUngoverned(ctx context.Context, namespace string, names []string) answer {
	for _, name := range names {
		deployed, err := r.deployedRecords(ctx, namespace, name)
		if err != nil {
			return undecided(namespace, err)
		}
		if verdict := lifecycle.Orphaned(deployed); verdict.Outcome == lifecycle.Held {
			return fromVerdict(verdict, namespace)
		}
	}
	return notGoverned()
}

func notGoverned() answer {
	return answer{outcome: outcomeNotGoverned, reason: string(lifecycle.ReasonNoDeployment)}
}

// conclude turns a verdict into the answer. Who may break the glass is told so,
// and who used a broken one leaves an Event.
func (r *rules) conclude(ctx context.Context, req admission.Request, deployment *v1.StyrminDeployment, verdict lifecycle.Verdict) answer {
	a := fromVerdict(verdict, deployment.Namespace)
	switch {
	case verdict.Reason == lifecycle.ReasonBreakGlass && req.Operation == admissionv1.Create && !isDryRun(req):
		r.event(ctx, deployment, "BreakGlassUsed", fmt.Sprintf("%s changed the release by record %s without evidence. %s", req.UserInfo.Username, req.Name, verdict.Warning))
	case verdict.Outcome == lifecycle.Held:
		a.message += r.lastResort(ctx, req.UserInfo, deployment)
	}
	return a
}

func fromVerdict(verdict lifecycle.Verdict, namespace string) answer {
	a := answer{outcome: string(verdict.Outcome), reason: string(verdict.Reason)}
	if verdict.Outcome == lifecycle.Held {
		a.outcome, a.message = outcomeHeld, verdict.Message(namespace)
	}
	if verdict.Warning != "" {
		a.warnings = []string{verdict.Warning}
	}
	return a
}

// decodeRecord reads a record from its object; meta is set whenever the object itself could be read.
func (r *rules) decodeRecord(ctx context.Context, kind string, raw []byte) (*release.Record, *metav1.ObjectMeta, error) {
	if !r.decoding.enter(ctx) {
		return nil, nil, ctx.Err()
	}
	defer r.decoding.leave()
	object := runtime.RawExtension{Raw: raw}
	if kind == "ConfigMap" {
		var configMap corev1.ConfigMap
		if err := r.decoder.DecodeRaw(object, &configMap); err != nil {
			return nil, nil, err
		}
		record, err := release.FromConfigMap(&configMap)
		return record, &configMap.ObjectMeta, err
	}
	var secret corev1.Secret
	if err := r.decoder.DecodeRaw(object, &secret); err != nil {
		return nil, nil, err
	}
	record, err := release.FromSecret(&secret)
	return record, &secret.ObjectMeta, err
}

// candidates are the names by which Helm could find the record, each once.
func candidates(record *release.Record, meta *metav1.ObjectMeta) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if record != nil {
		add(record.Name)
	}
	add(meta.Labels[release.LabelName])
	if name, _, ok := parseKey(meta.Name); ok {
		add(name)
	}
	return names
}

// possibleHomes are the namespaces in which a deployment may govern the record:
// where it is stored and, for clients that store records elsewhere, where the
// release lives.
func possibleHomes(stored string, record *release.Record) []string {
	if record == nil || record.Namespace == "" || record.Namespace == stored {
		return []string{stored}
	}
	return []string{stored, record.Namespace}
}

// homes are the possible ones, but another than where the record is stored only
// if it opted in.
func (r *rules) homes(ctx context.Context, stored string, record *release.Record) []string {
	homes := possibleHomes(stored, record)
	if len(homes) == 1 {
		return homes
	}
	namespace, err := r.namespace(ctx, homes[1])
	if err != nil || namespace.Labels[v1.LabelGate] == "" {
		return homes[:1]
	}
	return homes
}

func (r *rules) governingAny(ctx context.Context, namespaces, names []string) (*v1.StyrminDeployment, error) {
	for _, namespace := range namespaces {
		for _, name := range names {
			deployment, err := r.governing(ctx, namespace, name)
			if err != nil || deployment != nil {
				return deployment, err
			}
		}
	}
	return nil, nil
}
