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

// ApplicationDriver is the versioned, self-contained spec of one application:
// the content of driver.styrmin.yml, and with Files the whole driver.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=drivers
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.spec.version`
// +kubebuilder:printcolumn:name="Supports",type=string,JSONPath=`.spec.supported_versions`
// +kubebuilder:printcolumn:name="Default",type=string,JSONPath=`.spec.default_version`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:pruning:PreserveUnknownFields
type ApplicationDriver struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec describes the application.
	Spec ApplicationDriverSpec `json:"spec"`
	// Actions at the top level mean the same as spec.actions.
	// +optional
	Actions []Action `json:"actions,omitempty"`
	// Files carries the driver's other files by name: actions.py,
	// values.j2.yml and further Python modules.
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
	// Version is the driver's own version, a string such as "1".
	// +optional
	Version string `json:"version,omitempty"`
	// SupportedVersions is a version specifier such as ">=0.1,<1.0" that the
	// application versions this driver can deploy satisfy.
	// +optional
	SupportedVersions string `json:"supported_versions,omitempty"`
	// DefaultVersion is the application version deployed when none is asked for.
	// +optional
	DefaultVersion string `json:"default_version,omitempty"`
	// Info is documentation for readers.
	// +optional
	Info *Info `json:"info,omitempty"`
	// Helm says which chart is the application's.
	// +optional
	Helm *Helm `json:"helm,omitempty"`
	// Components are the application's logical parts by name.
	// +optional
	Components map[string]Component `json:"components,omitempty"`
	// Services are the endpoints the application offers.
	// +optional
	Services []Service `json:"services,omitempty"`
	// Parameters are what an operator may set.
	// +optional
	Parameters []Parameter `json:"parameters,omitempty"`
	// EnvVars document environment variables of components.
	// +optional
	EnvVars []EnvVar `json:"env_vars,omitempty"`
	// ContainerOverrides name containers whose command or arguments may be set.
	// +optional
	ContainerOverrides []ContainerOverride `json:"container_overrides,omitempty"`
	// Actions are the lifecycle actions.
	// +optional
	Actions []Action `json:"actions,omitempty"`
}

// Info is documentation about a driver.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Info struct {
	// +optional
	Description string `json:"description,omitempty"`
	// +optional
	Authors []string `json:"authors,omitempty"`
	// +optional
	License string `json:"license,omitempty"`
	// +optional
	Links []Link `json:"links,omitempty"`
}

// Link is a titled URL.
type Link struct {
	Link string `json:"link"`
	URL  string `json:"url"`
}

// Helm holds the application's charts.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Helm struct {
	// Main is the chart of the governed release.
	Main Chart `json:"main"`
}

// Chart locates a Helm chart.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Chart struct {
	// Location is an OCI reference (oci://…), a chart in an HTTP repository
	// (https://…/CHART), or a path relative to the driver (./chart).
	// +kubebuilder:validation:MinLength=1
	Location string `json:"location"`
	// Version pins the chart's version; local charts need none.
	// +optional
	Version string `json:"version,omitempty"`
}

// Component is a logical part of the application, found by the labels of its pods.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Component struct {
	// Identifier selects the component's pods.
	Identifier Identifier `json:"identifier"`
	// Backup says how the component's data is backed up.
	// +optional
	Backup *Backup `json:"backup,omitempty"`
}

// Identifier selects pods by labels.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Identifier struct {
	// Label holds the labels that the component's pods bear.
	// +kubebuilder:validation:MinProperties=1
	Label map[string]string `json:"label"`
}

// Backup says how a component's data is backed up.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Backup struct {
	Kind string `json:"kind"`
	// +optional
	Volume string `json:"volume,omitempty"`
	// +optional
	Volumes []string `json:"volumes,omitempty"`
}

// Service is an endpoint of the application.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Service struct {
	Name string `json:"name"`
	// +optional
	Kind string `json:"kind,omitempty"`
	// +optional
	Scope string `json:"scope,omitempty"`
	// Port is the container's port.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port"`
	// +optional
	Component string `json:"component,omitempty"`
}

// Parameter is a value that an operator may set. Without a default it is required.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Parameter struct {
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// +optional
	Label string `json:"label,omitempty"`
	// +kubebuilder:validation:Enum=string;integer;boolean;enum
	Kind string `json:"kind"`
	// Values are the choices of an enum.
	// +optional
	Values []string `json:"values,omitempty"`
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	Default *apiextensionsv1.JSON `json:"default,omitempty"`
}

// EnvVar documents an environment variable.
//
// +kubebuilder:pruning:PreserveUnknownFields
type EnvVar struct {
	Name string `json:"name"`
	// +optional
	Description string `json:"description,omitempty"`
	// +optional
	Level string `json:"level,omitempty"`
	// +optional
	Components []string `json:"components,omitempty"`
}

// ContainerOverride names a container whose command or arguments an operator may set.
//
// +kubebuilder:pruning:PreserveUnknownFields
type ContainerOverride struct {
	Component string `json:"component"`
	Container string `json:"container"`
	// +optional
	Command bool `json:"command,omitempty"`
	// +optional
	Args bool `json:"args,omitempty"`
	// +optional
	Description string `json:"description,omitempty"`
}

// Action declares a Python function as the work of one slot of the lifecycle.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Action struct {
	// Name is unique in the driver; underscores are legal.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?$`
	Name string `json:"name"`
	Hook Hook   `json:"hook"`
	Mode Mode   `json:"mode"`
	// Location is FILE.py::FUNCTION.
	// +kubebuilder:validation:Pattern=`^[A-Za-z_][A-Za-z0-9_]*\.py::[A-Za-z_][A-Za-z0-9_]*$`
	Location string `json:"location"`
	// +optional
	Description string `json:"description,omitempty"`
}
