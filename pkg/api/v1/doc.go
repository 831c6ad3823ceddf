// Package v1 holds the two kinds of styrmin.io/v1: ApplicationDriver, what a
// driver author writes, and StyrminDeployment, what an operator wants running.
//
// +kubebuilder:object:generate=true
// +groupName=styrmin.io
package v1

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/scheme"
)

// GroupVersion is the API group and version of both kinds.
var GroupVersion = schema.GroupVersion{Group: "styrmin.io", Version: "v1"}

// schemeBuilder collects the kinds for AddToScheme.
var schemeBuilder = (&scheme.Builder{GroupVersion: GroupVersion}).
	Register(&ApplicationDriver{}, &ApplicationDriverList{}).
	Register(&StyrminDeployment{}, &StyrminDeploymentList{})

// AddToScheme registers both kinds with a runtime.Scheme.
var AddToScheme = schemeBuilder.AddToScheme
