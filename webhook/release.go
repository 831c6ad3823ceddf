package webhook

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// release judges the creation of a Helm release record: the moment at which
// every client can still be stopped cleanly. Updates and deletions of records
// are not registered at all (G4).
func (r *rules) release(ctx context.Context, req admission.Request) answer {
	namespace, err := r.namespace(ctx, req.Namespace)
	if err != nil {
		return undecided(req.Namespace, err)
	}
	a := r.judgeRelease(ctx, req)
	if namespace.Labels[v1.LabelGate] != v1.GateEnforce {
		return a.warned()
	}
	return a
}

func (r *rules) judgeRelease(ctx context.Context, req admission.Request) answer {
	record, meta, decodeErr := r.decodeRecord(req)
	if record == nil && meta == nil {
		return deny("Malformed", "the object is not a Secret or ConfigMap", decodeErr.Error())
	}
	deployment, err := r.governingAny(ctx, r.homes(ctx, req.Namespace, record), candidates(record, meta))
	switch {
	case err != nil:
		return undecided(req.Namespace, err)
	case deployment == nil:
		return answer{outcome: outcomeNotGoverned, reason: string(lifecycle.ReasonNoDeployment)}
	case decodeErr != nil:
		return deny("Undecodable", fmt.Sprintf("this release is governed by StyrminDeployment %s/%s, and its record cannot be read, so it cannot be judged",
			deployment.Namespace, deployment.Name), decodeErr.Error())
	}
	world, err := r.world(ctx, deployment, req.Namespace)
	if err != nil {
		return undecided(deployment.Namespace, err)
	}
	return fromVerdict(lifecycle.Judge(*record, world), deployment.Namespace)
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

// decodeRecord reads the record; meta is set whenever the object itself could be read.
func (r *rules) decodeRecord(req admission.Request) (*release.Record, *metav1.ObjectMeta, error) {
	if req.Kind.Kind == "ConfigMap" {
		var configMap corev1.ConfigMap
		if err := r.decoder.Decode(req, &configMap); err != nil {
			return nil, nil, err
		}
		record, err := release.FromConfigMap(&configMap)
		return record, &configMap.ObjectMeta, err
	}
	var secret corev1.Secret
	if err := r.decoder.Decode(req, &secret); err != nil {
		return nil, nil, err
	}
	record, err := release.FromSecret(&secret)
	return record, &secret.ObjectMeta, err
}

// candidates are the names by which Helm could find the record.
func candidates(record *release.Record, meta *metav1.ObjectMeta) []string {
	var names []string
	add := func(name string) {
		if name != "" {
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

// homes are the namespaces in which a deployment may govern the record: where
// it is stored and, for clients that store records elsewhere, where the release
// lives, if that namespace opted in.
func (r *rules) homes(ctx context.Context, stored string, record *release.Record) []string {
	homes := []string{stored}
	if record == nil || record.Namespace == "" || record.Namespace == stored {
		return homes
	}
	namespace, err := r.namespace(ctx, record.Namespace)
	if err != nil || namespace.Labels[v1.LabelGate] == "" {
		return homes
	}
	return append(homes, record.Namespace)
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
