package doctor

import (
	"context"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/version"
)

// oldest is the first version that serves ValidatingAdmissionPolicies as v1.
const oldest = "1.30.0"

// server looks at what the evidence takes of the API server.
func server(_ context.Context, e *examination) ([]Finding, error) {
	info, err := e.Kube.Discovery().ServerVersion()
	if err != nil {
		return nil, fmt.Errorf("ask for the server's version: %w", err)
	}
	var findings []Finding
	if found, err := version.ParseGeneric(info.GitVersion); err == nil && found.LessThan(version.MustParseGeneric(oldest)) {
		findings = append(findings, Finding{
			Level: Problem, Found: fmt.Sprintf("the API server is of version %s, older than %s", info.GitVersion, oldest),
			Why: "Evidence rests on ValidatingAdmissionPolicies, which keep foreign pods from counting as a Job's.", Next: "upgrade the cluster",
		})
	}
	policies, err := e.servesPolicies()
	if err != nil {
		return findings, err
	}
	if !policies {
		findings = append(findings, Finding{
			Level: Problem, Found: "the API server serves no ValidatingAdmissionPolicies (" + admissionregistrationv1.SchemeGroupVersion.String() + ")",
			Why:  "Whoever may create pods can make a pre action's Job succeed.",
			Next: "enable the admission plugin ValidatingAdmissionPolicy and its API in the API server",
		})
	}
	return orFine(findings, "Kubernetes %s; Jobs are rendered whole on the server, so managedBy and successPolicy prove nothing false", info.GitVersion), nil
}

func (e *examination) servesPolicies() (bool, error) {
	group := admissionregistrationv1.SchemeGroupVersion.String()
	list, err := e.Kube.Discovery().ServerResourcesForGroupVersion(group)
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask what the server serves of %s: %w", group, err)
	}
	for _, resource := range list.APIResources {
		if resource.Kind == "ValidatingAdmissionPolicy" {
			return true, nil
		}
	}
	return false, nil
}
