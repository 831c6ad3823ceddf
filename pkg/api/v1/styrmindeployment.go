package v1

import (
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// StyrminDeployment is one application that an operator wants running: this
// driver, this version, these parameters, this Helm release.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=sdep
// +kubebuilder:printcolumn:name="Driver",type=string,JSONPath=`.spec.driver`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.status.active.version`
// +kubebuilder:printcolumn:name="Run",type=string,JSONPath=`.status.run.hook`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.run.phase`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type StyrminDeployment struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec StyrminDeploymentSpec `json:"spec"`
	// +optional
	Status StyrminDeploymentStatus `json:"status,omitempty"`
}

// StyrminDeploymentList is a list of StyrminDeployments.
//
// +kubebuilder:object:root=true
type StyrminDeploymentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []StyrminDeployment `json:"items"`
}

// StyrminDeploymentSpec is what the operator wants.
type StyrminDeploymentSpec struct {
	// Driver is the name of the ApplicationDriver.
	// +kubebuilder:validation:MinLength=1
	Driver string `json:"driver"`
	// Version is the application version; empty means the driver's default.
	// +optional
	Version string `json:"version,omitempty"`
	// Parameters are the values of the driver's parameters by name.
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:pruning:PreserveUnknownFields
	Parameters map[string]apiextensionsv1.JSON `json:"parameters,omitempty"`
	// Config is site configuration, seen by templates and actions as instance.config.
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:pruning:PreserveUnknownFields
	Config map[string]apiextensionsv1.JSON `json:"config,omitempty"`
	// Sensitive names the parameters whose values are masked in logs, events and messages.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	Sensitive []string `json:"sensitive,omitempty"`
	// Release is the Helm release's name; empty means the deployment's own name.
	// +optional
	// +kubebuilder:validation:MaxLength=53
	Release string `json:"release,omitempty"`
	// Jobs sets how the actions' Jobs run.
	// +optional
	Jobs JobSettings `json:"jobs,omitempty"`
	// Gate sets how changes of the release are judged.
	// +optional
	Gate GatePolicy `json:"gate,omitempty"`
}

// JobSettings sets how the actions' Jobs run. Empty fields mean the defaults of pkg/jobs.
type JobSettings struct {
	// Image runs the actions: Python 3.10 or newer with Prefect 3.
	// +optional
	Image string `json:"image,omitempty"`
	// RunnerImage carries styrmin-runner.
	// +optional
	RunnerImage string `json:"runnerImage,omitempty"`
	// ImagePullPolicy of both images.
	// +optional
	ImagePullPolicy corev1.PullPolicy `json:"imagePullPolicy,omitempty"`
	// ServiceAccount that the actions' pods run as.
	// +optional
	ServiceAccount string `json:"serviceAccount,omitempty"`
	// TimeoutSeconds bounds one action's attempt.
	// +optional
	// +kubebuilder:validation:Minimum=1
	TimeoutSeconds int64 `json:"timeoutSeconds,omitempty"`
	// Retries is how often a failed pod of one attempt is started again.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	Retries int32 `json:"retries,omitempty"`
	// Resources of the action's container.
	// +optional
	Resources corev1.ResourceRequirements `json:"resources,omitempty"`
	// NodeSelector of the pods.
	// +optional
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// Tolerations of the pods.
	// +optional
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
	// ImagePullSecrets are the names of the namespace's Secrets that both images are pulled with.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`
	// Environment are variables of the action's container. In a namespace with a gate, other
	// names than ACTION_… need a platform admin's consent, since they could forge a success.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	Environment []Variable `json:"environment,omitempty"`
	// Volumes are mounted into the action's container, each at /mnt/NAME.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	Volumes []Volume `json:"volumes,omitempty"`
	// RunTimeoutSeconds bounds the work on a run from the command that begins or
	// resumes it; then its running actions are stopped and it fails. 0 means no bound
	// beside those of the actions and of Helm.
	// +optional
	// +kubebuilder:validation:Minimum=0
	RunTimeoutSeconds int64 `json:"runTimeoutSeconds,omitempty"`
	// Actions overrides these settings for single actions, by their names.
	// +optional
	// +kubebuilder:validation:MaxProperties=512
	Actions map[string]ActionSettings `json:"actions,omitempty"`
}

// ActionSettings overrides JobSettings for one action. Empty fields mean what JobSettings says.
type ActionSettings struct {
	// ServiceAccount that the action's pods run as.
	// +optional
	ServiceAccount string `json:"serviceAccount,omitempty"`
	// TimeoutSeconds bounds one attempt.
	// +optional
	// +kubebuilder:validation:Minimum=1
	TimeoutSeconds int64 `json:"timeoutSeconds,omitempty"`
	// Retries is how often a failed pod of one attempt is started again.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	Retries *int32 `json:"retries,omitempty"`
	// Resources of the action's container.
	// +optional
	Resources *corev1.ResourceRequirements `json:"resources,omitempty"`
	// NodeSelector of the pods, in place of the deployment's.
	// +optional
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// Environment is added to the deployment's, and is stronger.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	Environment []Variable `json:"environment,omitempty"`
	// Volumes are added to the deployment's; one of the same name replaces it.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	Volumes []Volume `json:"volumes,omitempty"`
}

// GatePolicy sets how changes of the release are judged.
type GatePolicy struct {
	// Rollback says whether `helm rollback` is let through.
	// +optional
	// +kubebuilder:validation:Enum=allow;hold
	Rollback RollbackPolicy `json:"rollback,omitempty"`
}

// RollbackPolicy says what the gate does with a rollback.
type RollbackPolicy string

const (
	// RollbackAllow lets rollbacks through with a warning. It is the default.
	RollbackAllow RollbackPolicy = "allow"
	// RollbackHold treats a rollback like any other change.
	RollbackHold RollbackPolicy = "hold"
)

// StyrminDeploymentStatus is what is known of the deployment.
type StyrminDeploymentStatus struct {
	// ObservedGeneration is the spec generation that the newest run carried out.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Active is what the last successful run deployed.
	// +optional
	Active *ActiveInstance `json:"active,omitempty"`
	// Run is the current or last run.
	// +optional
	Run *Run `json:"run,omitempty"`
	// History holds the ended runs, newest first, at most HistoryLimit of them.
	// +optional
	History []RunSummary `json:"history,omitempty"`
	// Conditions: Ready.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// HistoryLimit bounds status.history.
const HistoryLimit = 10

// ConditionReady is true when the last run succeeded.
const ConditionReady = "Ready"

// ActiveInstance is what is deployed.
type ActiveInstance struct {
	// Instance is the digest of the instance.
	Instance string `json:"instance"`
	// Version is the application version.
	// +optional
	Version string `json:"version,omitempty"`
	// DriverVersion is the driver's own version.
	// +optional
	DriverVersion string `json:"driverVersion,omitempty"`
	// Revision is the Helm release's revision.
	// +optional
	Revision int `json:"revision,omitempty"`
}

// RunHook is the hook of a run; RunHookNone when only parameters changed.
type RunHook string

const (
	// RunHookSetup runs the setup actions.
	RunHookSetup RunHook = "setup"
	// RunHookUpgrade runs the upgrade actions.
	RunHookUpgrade RunHook = "upgrade"
	// RunHookNone updates the Helm release without actions.
	RunHookNone RunHook = "none"
)

// RunPhase says how far a run is.
type RunPhase string

const (
	// RunPre runs the pre actions.
	RunPre RunPhase = "Pre"
	// RunCore changes the Helm release and runs the core actions.
	RunCore RunPhase = "Core"
	// RunPost runs the post actions.
	RunPost RunPhase = "Post"
	// RunSucceeded is the end of a good run.
	RunSucceeded RunPhase = "Succeeded"
	// RunFailed means that the run stopped; the same command resumes it.
	RunFailed RunPhase = "Failed"
	// RunAborted means that somebody ended the run for good; the next one starts from the beginning.
	RunAborted RunPhase = "Aborted"
)

// Run is one execution of a hook for one instance.
type Run struct {
	// ID names the run; the Jobs bear it as a label.
	ID string `json:"id"`
	// Instance is the digest of the instance.
	Instance string `json:"instance"`
	// Hook is what runs.
	Hook RunHook `json:"hook"`
	// Phase says how far the run is.
	Phase RunPhase `json:"phase"`
	// Version is the application version that the run moves to.
	// +optional
	Version string `json:"version,omitempty"`
	// DriverVersion is the driver version that the run moves to.
	// +optional
	DriverVersion string `json:"driverVersion,omitempty"`
	// FromVersion is the application version before the run.
	// +optional
	FromVersion string `json:"fromVersion,omitempty"`
	// BaseRevision is the newest revision of the Helm release when the run began; 0 for none.
	// +optional
	BaseRevision int `json:"baseRevision,omitempty"`
	// Revision is the release's revision that the run made.
	// +optional
	Revision int `json:"revision,omitempty"`
	// RequestedBy is the user who asked for the run; empty when the cluster does not say.
	// +optional
	RequestedBy string `json:"requestedBy,omitempty"`
	// Request names the detached request whose engine, in the cluster, drives the run or
	// drove it last; empty when that engine was at a terminal.
	// +optional
	Request string `json:"request,omitempty"`
	// StartedAt is when the run began.
	StartedAt metav1.Time `json:"startedAt"`
	// EndedAt is when it ended.
	// +optional
	EndedAt *metav1.Time `json:"endedAt,omitempty"`
	// PausedAfter is the mode after which the run stopped, as it was asked to; empty for
	// one that goes on or is over.
	// +optional
	PausedAfter Mode `json:"pausedAfter,omitempty"`
	// HelmFailure says why the change of the release failed, from when it did on.
	// +optional
	HelmFailure string `json:"helmFailure,omitempty"`
	// Message says what went wrong.
	// +optional
	Message string `json:"message,omitempty"`
	// Abort says who ended the run before its end, when and why.
	// +optional
	Abort *Abort `json:"abort,omitempty"`
	// Actions holds the state of every action of the hook.
	// +optional
	// +listType=map
	// +listMapKey=name
	Actions []ActionStatus `json:"actions,omitempty"`
}

// Abort says who ended a run before its end, when and why.
type Abort struct {
	// By is the user who asked for it; empty when the cluster does not say.
	// +optional
	By string `json:"by,omitempty"`
	// At is when it was recorded. From then on nothing of the run is started.
	At metav1.Time `json:"at"`
	// Reason is what the user gave as the reason.
	// +optional
	Reason string `json:"reason,omitempty"`
}

// ActionState is the state of one action in a run.
type ActionState string

const (
	// ActionPending has not been started.
	ActionPending ActionState = "Pending"
	// ActionRunning has a Job under way.
	ActionRunning ActionState = "Running"
	// ActionSucceeded has ended well; it is not run again in this run.
	ActionSucceeded ActionState = "Succeeded"
	// ActionFailed has ended badly; resuming the run makes a new attempt.
	ActionFailed ActionState = "Failed"
	// ActionLost had a Job that was deleted before its end was seen.
	ActionLost ActionState = "Lost"
)

// ActionStatus is the state of one action in a run.
type ActionStatus struct {
	Name  string      `json:"name"`
	Mode  Mode        `json:"mode"`
	State ActionState `json:"state"`
	// Attempt counts from 1; 0 means not started.
	// +optional
	Attempt int32 `json:"attempt,omitempty"`
	// Job is the name of the newest attempt's Job.
	// +optional
	Job string `json:"job,omitempty"`
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// +optional
	EndedAt *metav1.Time `json:"endedAt,omitempty"`
	// Message is the flow's last error.
	// +optional
	Message string `json:"message,omitempty"`
	// FlowRunURL is the page of the newest attempt's flow run, once that has ended, when a
	// Prefect server keeps it. That of the cluster's own server begins with
	// http://localhost:4200, where `kubectl styrmin ui` shows it.
	// +optional
	FlowRunURL string `json:"flowRunURL,omitempty"`
}

// RunSummary is a run in the history. Its fields mean what those of Run mean.
type RunSummary struct {
	ID       string   `json:"id"`
	Hook     RunHook  `json:"hook"`
	Phase    RunPhase `json:"phase"`
	Instance string   `json:"instance"`
	// +optional
	Version string `json:"version,omitempty"`
	// +optional
	FromVersion string `json:"fromVersion,omitempty"`
	// +optional
	DriverVersion string `json:"driverVersion,omitempty"`
	// +optional
	Revision int `json:"revision,omitempty"`
	// +optional
	RequestedBy string      `json:"requestedBy,omitempty"`
	StartedAt   metav1.Time `json:"startedAt"`
	// +optional
	EndedAt *metav1.Time `json:"endedAt,omitempty"`
	// +optional
	PausedAfter Mode `json:"pausedAfter,omitempty"`
	// +optional
	Message string `json:"message,omitempty"`
	// +optional
	Abort *Abort `json:"abort,omitempty"`
	// FailedActions names the actions whose newest attempt failed or was lost.
	// +optional
	FailedActions []string `json:"failedActions,omitempty"`
}
