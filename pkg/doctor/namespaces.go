package doctor

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// namespaces tells which ones opted in, with which policy, and what they lack.
func namespaces(ctx context.Context, e *examination) ([]Finding, error) {
	findings := e.outside()
	if len(e.namespaces) == 0 {
		findings = append(findings, Finding{
			Level: Warning, Found: "no namespace has opted in", Why: "Nothing is held, and Jobs prove nothing: whoever may write them can forge evidence.", Next: "kubectl styrmin prepare NAMESPACE",
		})
	}
	for _, namespace := range e.namespaces {
		own, err := e.namespace(ctx, namespace)
		findings = append(findings, own...)
		if err != nil {
			return findings, err
		}
	}
	return findings, nil
}

// outside are deployments whose namespaces did not opt in.
func (e *examination) outside() (findings []Finding) {
	for _, d := range e.deployments {
		if e.gateOf(d.Namespace) == "" {
			findings = append(findings, Finding{
				Level: Warning, Found: fmt.Sprintf("StyrminDeployment %s/%s is in a namespace that did not opt in", d.Namespace, d.Name),
				Why: "Other clients' changes of its release are not held there.", Next: "kubectl styrmin prepare " + d.Namespace,
			})
		}
	}
	return findings
}

func (e *examination) namespace(ctx context.Context, n corev1.Namespace) ([]Finding, error) {
	gate, prepare := n.Labels[v1.LabelGate], "kubectl styrmin prepare "+n.Name
	switch {
	case install.Excluded(n.Name):
		return []Finding{{
			Level: Warning, Found: fmt.Sprintf("namespace %s has the label %s, which means nothing there", n.Name, v1.LabelGate),
			Why: "The gate excludes it, so that it can never lock out the cluster or itself.", Next: fmt.Sprintf("kubectl label namespace %s %s-", n.Name, v1.LabelGate),
		}}, nil
	case gate != v1.GateEnforce && gate != v1.GateWarn:
		return []Finding{{
			Level: Problem, Found: fmt.Sprintf("namespace %s: label %s: found %q, expected %s or %s", n.Name, v1.LabelGate, gate, v1.GateEnforce, v1.GateWarn),
			Why: "The API server asks the webhook about neither, so nothing is held there.", Next: prepare,
		}}, nil
	}
	findings, err := e.prepared(ctx, n.Name, prepare)
	findings = append(findings, trust(n)...)
	words := map[string]string{v1.GateEnforce: "changes of governed releases are held", v1.GateWarn: "changes of governed releases are let through with a warning"}
	policy := Finding{Level: OK, Found: fmt.Sprintf("namespace %s: %s=%s: %s", n.Name, v1.LabelGate, gate, words[gate])}
	return append([]Finding{policy}, findings...), err
}

// trust tells of the settings by which evidence is worth less.
func trust(n corev1.Namespace) (findings []Finding) {
	for _, open := range []struct{ annotation, what string }{
		{v1.AnnotationDrivers, "instances of drivers that nobody registered are admitted"},
		{v1.AnnotationImages, "actions may use any image"},
	} {
		if strings.TrimSpace(n.Annotations[open.annotation]) == v1.DriversAny {
			findings = append(findings, Finding{
				Level: Warning, Found: fmt.Sprintf("namespace %s: %s=%s: %s", n.Name, open.annotation, v1.DriversAny, open.what),
				Why: "Whoever may edit there can bring actions that do nothing and succeed.", Next: fmt.Sprintf("kubectl annotate namespace %s %s-", n.Name, open.annotation),
			})
		}
	}
	return findings
}

// prepared compares what `prepare` makes in a namespace.
func (e *examination) prepared(ctx context.Context, name, next string) ([]Finding, error) {
	rendered, err := install.RenderNamespace(install.Namespace{Name: name})
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
	for _, object := range rendered {
		// Without the engine's account nobody can detach, which may be meant; that is another check.
		if object.GetKind() != "Namespace" && object.GetName() != detached.DefaultServiceAccount {
			objects = append(objects, object)
		}
	}
	findings, err := e.asRendered(ctx, objects, expectation{
		missing: "It lets the webhook read what it judges by (styrmin-webhook), or actions do their work (styrmin-action).",
		differs: "With less, actions or decisions fail; with more, actions can do what they are not meant to.",
		drift:   Warning,
		next:    next,
	})
	return notFine(findings), err
}

// notFine leaves out what is as it should be.
func notFine(findings []Finding) (rest []Finding) {
	for _, f := range findings {
		if f.Level != OK {
			rest = append(rest, f)
		}
	}
	return rest
}
