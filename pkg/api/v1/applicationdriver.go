package v1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Hook names the lifecycle event that an action belongs to.
//
// +kubebuilder:validation:Enum=setup;upgrade
type Hook string

const (
	// HookSetup runs when a deployment is first created.
	HookSetup Hook = "setup"
	// HookUpgrade runs when a deployment moves to a new application or driver version.
	HookUpgrade Hook = "upgrade"
)

// Mode orders the actions of one hook: pre before core before post, strictly.
//
// +kubebuilder:validation:Enum=pre;core;post
type Mode string

const (
	// ModePre runs before the core work begins.
	ModePre Mode = "pre"
	// ModeCore is the main event: the Helm release change, then the actions of this mode.
	ModeCore Mode = "core"
	// ModePost runs after the core work succeeded.
	ModePost Mode = "post"
)

// Modes lists the modes in the order in which they run.
func Modes() []Mode { return []Mode{ModePre, ModeCore, ModePost} }

// The comments of the fields below are what `kubectl explain` and editors show,
// so they use the names that the file has. Their rules are those of pkg/driver/validation
// that a schema can say as well as the webhook, which is asked after it: what CEL
// could say only without naming the field, such as that a component is not declared,
// is left to the webhook. Nothing here may be stricter; test/verdict compares.

// ApplicationDriver is the versioned, self-contained spec of one application:
// the content of driver.styrmin.yml, and with files the whole driver.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=drivers
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.spec.version`
// +kubebuilder:printcolumn:name="Supports",type=string,JSONPath=`.spec.supported_versions`
// +kubebuilder:printcolumn:name="Default",type=string,JSONPath=`.spec.default_version`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:pruning:PreserveUnknownFields
// +kubebuilder:validation:XValidation:rule="!has(self.actions) || !has(self.spec) || !has(self.spec.actions)",message="actions are given both at the top level and under spec, but both mean the same: keep spec.actions"
type ApplicationDriver struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec describes the application.
	// +optional
	Spec ApplicationDriverSpec `json:"spec"`
	// actions at the top level mean the same as spec.actions.
	// +kubebuilder:validation:MaxItems=512
	// +kubebuilder:validation:XValidation:rule="size(self) > 128 || self.all(a, self.exists_one(b, a.name == b.name))",message="two actions have the same name"
	// +optional
	Actions []Action `json:"actions,omitempty"`
	// files carries the driver's other files by name: actions.py,
	// values.j2.yml and further Python modules.
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^([A-Za-z_][A-Za-z0-9_]*[.]py|values[.]j2[.]yml)$'))",message="a driver consists of values.j2.yml and Python modules named like actions.py"
	// +optional
	Files map[string]string `json:"files,omitempty"`
}

// ApplicationDriverList is a list of ApplicationDrivers.
//
// +kubebuilder:object:root=true
type ApplicationDriverList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ApplicationDriver `json:"items"`
}

// ApplicationDriverSpec describes an application: its chart, its components,
// its parameters and its lifecycle actions. Unknown fields are kept.
//
// +kubebuilder:pruning:PreserveUnknownFields
type ApplicationDriverSpec struct {
	// version is the driver's own version, a string such as "1". A new one makes
	// every deployment of the driver run its upgrade actions.
	// +kubebuilder:example="1"
	// +optional
	Version string `json:"version,omitempty"`
	// supported_versions is a version specifier such as ">=0.1,<1.0" that the
	// application versions this driver can deploy satisfy.
	// +kubebuilder:example=">=1.0,<2.0"
	// +optional
	SupportedVersions string `json:"supported_versions,omitempty"`
	// default_version is the application version deployed when none is asked for.
	// +kubebuilder:example="1.0.0"
	// +optional
	DefaultVersion string `json:"default_version,omitempty"`
	// info is documentation for readers.
	// +optional
	Info *Info `json:"info,omitempty"`
	// helm says which chart is the application's.
	// +optional
	Helm *Helm `json:"helm,omitempty"`
	// components are the application's logical parts by name. Actions stop and
	// start them and execute commands in them.
	// +optional
	Components map[string]Component `json:"components,omitempty"`
	// services are the endpoints that the application offers.
	// +optional
	Services []Service `json:"services,omitempty"`
	// parameters are what an operator may set.
	// +optional
	Parameters []Parameter `json:"parameters,omitempty"`
	// env_vars document environment variables of components.
	// +optional
	EnvVars []EnvVar `json:"env_vars,omitempty"`
	// container_overrides name containers whose command or arguments may be set.
	// +optional
	ContainerOverrides []ContainerOverride `json:"container_overrides,omitempty"`
	// actions are the work to be done around the application's releases.
	// +kubebuilder:validation:MaxItems=512
	// +kubebuilder:validation:XValidation:rule="size(self) > 128 || self.all(a, self.exists_one(b, a.name == b.name))",message="two actions have the same name"
	// +optional
	Actions []Action `json:"actions,omitempty"`
}

// Info is documentation about a driver.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Info struct {
	// description says what the application is.
	// +optional
	Description string `json:"description,omitempty"`
	// authors are those of the driver.
	// +optional
	Authors []string `json:"authors,omitempty"`
	// license is the driver's licence.
	// +kubebuilder:example="Apache-2.0"
	// +optional
	License string `json:"license,omitempty"`
	// links lead to more about the application.
	// +optional
	Links []Link `json:"links,omitempty"`
}

// Link is a titled URL.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Link struct {
	// link is the title that readers see.
	// +optional
	Link string `json:"link,omitempty"`
	// url is where it leads.
	// +kubebuilder:example="https://example.com/docs"
	// +optional
	URL string `json:"url,omitempty"`
}

// Helm holds the application's charts.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Helm struct {
	// main is the chart of the governed release.
	Main Chart `json:"main"`
}

// Chart locates a Helm chart.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Chart struct {
	// location is an OCI reference (oci://…), a chart in an HTTP repository
	// (https://…/CHART), or a path relative to the driver (./chart).
	// +kubebuilder:validation:Pattern=`^((oci|https?)://[^/@?#\s]+/+[^/].*|\.\.?/.*|\.)$`
	// +kubebuilder:example="./chart"
	Location string `json:"location"`
	// version pins the chart's version; local charts need none.
	// +kubebuilder:example="1.0.0"
	// +optional
	Version string `json:"version,omitempty"`
}

// Component is a logical part of the application, found by the labels of its pods.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Component struct {
	// identifier selects the component's pods.
	Identifier Identifier `json:"identifier"`
	// backup says how the component's data is backed up.
	// +optional
	Backup *Backup `json:"backup,omitempty"`
}

// Identifier selects pods by labels.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Identifier struct {
	// label holds the labels that the component's pods bear, all of them.
	// +kubebuilder:validation:MinProperties=1
	Label map[string]string `json:"label"`
}

// Backup says how a component's data is backed up.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Backup struct {
	// kind is the way of backing up.
	// +kubebuilder:example="volume"
	// +optional
	Kind string `json:"kind,omitempty"`
	// volume is the only volume to back up.
	// +optional
	Volume string `json:"volume,omitempty"`
	// volumes are the volumes to back up.
	// +optional
	Volumes []string `json:"volumes,omitempty"`
}

// Service is an endpoint of the application.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Service struct {
	// name is how templates find the service: services['NAME'].
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:example="web"
	Name string `json:"name"`
	// kind is the protocol.
	// +kubebuilder:example="http"
	// +optional
	Kind string `json:"kind,omitempty"`
	// scope says who can reach the service.
	// +kubebuilder:example="external"
	// +optional
	Scope string `json:"scope,omitempty"`
	// port is the container's port.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	// +kubebuilder:example=8080
	Port int32 `json:"port"`
	// component is the component that serves it.
	// +optional
	Component string `json:"component,omitempty"`
}

// Parameter is a value that an operator may set. Without a default it is required.
//
// +kubebuilder:pruning:PreserveUnknownFields
// +kubebuilder:validation:XValidation:rule="self.kind != 'enum' || has(self.values) && size(self.values) > 0",message="an enum has no values"
type Parameter struct {
	// name is what an operator gives as --set NAME=VALUE, and what templates and
	// actions use.
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// label describes the parameter to operators.
	// +optional
	Label string `json:"label,omitempty"`
	// kind is the type of the parameter's values.
	// +kubebuilder:validation:Enum=string;integer;boolean;enum
	Kind string `json:"kind"`
	// values are the choices of an enum.
	// +optional
	Values []string `json:"values,omitempty"`
	// default is the value that is used when the operator sets none. A parameter
	// without one is required.
	// +optional
	Default *apiextensionsv1.JSON `json:"default,omitempty"`
}

// EnvVar documents an environment variable.
//
// +kubebuilder:pruning:PreserveUnknownFields
type EnvVar struct {
	// name is the variable's name.
	// +optional
	Name string `json:"name,omitempty"`
	// description says what the variable does.
	// +optional
	Description string `json:"description,omitempty"`
	// level is where the variable is set.
	// +kubebuilder:example="component"
	// +optional
	Level string `json:"level,omitempty"`
	// components are the components that read it.
	// +optional
	Components []string `json:"components,omitempty"`
}

// ContainerOverride names a container whose command or arguments an operator may set.
//
// +kubebuilder:pruning:PreserveUnknownFields
type ContainerOverride struct {
	// component is the component that the container belongs to.
	// +kubebuilder:validation:MinLength=1
	Component string `json:"component"`
	// container is the container's name in the component's pods.
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Container string `json:"container"`
	// command allows to set the container's command.
	// +optional
	Command bool `json:"command,omitempty"`
	// args allows to set the container's arguments.
	// +optional
	Args bool `json:"args,omitempty"`
	// description says what an override is for.
	// +optional
	Description string `json:"description,omitempty"`
}

// Action declares a Python function as the work of one slot of the lifecycle.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Action struct {
	// name is unique in the driver; underscores are legal.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?$`
	// +kubebuilder:example="pre_setup"
	Name string `json:"name"`
	// hook is when the action runs: setup when a deployment is first created,
	// upgrade when it moves to another application or driver version.
	Hook Hook `json:"hook"`
	// mode is the action's place in the hook. All of pre have succeeded before
	// core begins, which changes the Helm release first; all of core before post.
	Mode Mode `json:"mode"`
	// location is FILE.py::FUNCTION, a Prefect flow in a file beside driver.styrmin.yml.
	// +kubebuilder:validation:Pattern=`^[A-Za-z_][A-Za-z0-9_]*\.py::[A-Za-z_][A-Za-z0-9_]*$`
	// +kubebuilder:example="actions.py::pre_setup"
	Location string `json:"location"`
	// description says what the action does, to whoever watches it.
	// +optional
	Description string `json:"description,omitempty"`
}
