package v1

// Labels and annotations that Styrmin puts on objects.
const (
	// LabelDeployment names the StyrminDeployment an object belongs to.
	LabelDeployment = "styrmin.io/deployment"
	// LabelRun names the run.
	LabelRun = "styrmin.io/run"
	// LabelInstance is the instance's digest.
	LabelInstance = "styrmin.io/instance"
	// LabelHook is the hook of an action's Job.
	LabelHook = "styrmin.io/hook"
	// LabelMode is the mode of an action's Job.
	LabelMode = "styrmin.io/mode"
	// LabelAction is the action's name as a label value.
	LabelAction = "styrmin.io/action"
	// LabelRevision on a Helm release is the revision that the run's engine made.
	// Helm copies the labels of a release into its next revision, whoever makes
	// it; there the number tells that LabelRun is a copy.
	LabelRevision = "styrmin.io/revision"
	// LabelOneOff on a pod names the component whose template it was made from, for one command.
	LabelOneOff = "styrmin.io/one-off"
	// LabelVault on a claim with backups, on a pod that has it, and on a VolumeSnapshot that
	// is a part of a backup, names the StyrminDeployment.
	LabelVault = "styrmin.io/backups-of"
	// LabelComponent and LabelBackup on a VolumeSnapshot name the component and the backup, for people.
	LabelComponent = "styrmin.io/component"
	LabelBackup    = "styrmin.io/backup"
	// LabelReplaced on a PersistentVolume names the StyrminDeployment of which a restore has
	// replaced it, or is about to: it is the way back.
	LabelReplaced = "styrmin.io/replaced"
	// LabelGate on a namespace opts it in: GateEnforce or GateWarn.
	LabelGate = "styrmin.io/gate"

	// AnnotationAction is the action's exact name.
	AnnotationAction = "styrmin.io/action-name"
	// AnnotationLocation is the action's FILE.py::FUNCTION.
	AnnotationLocation = "styrmin.io/location"
	// AnnotationAttempt counts an action's Jobs in one run, from 1.
	AnnotationAttempt = "styrmin.io/attempt"
	// AnnotationTargetVersion is the application version the run moves to.
	AnnotationTargetVersion = "styrmin.io/target-version"
	// AnnotationDriverVersion is the driver's version.
	AnnotationDriverVersion = "styrmin.io/driver-version"
	// AnnotationRequester is the user that created the Job, stamped by the webhook.
	AnnotationRequester = "styrmin.io/requested-by"
	// AnnotationBaseRevision is the release's newest revision when the Job was
	// created, stamped by the webhook: evidence is spent once a newer revision was deployed.
	AnnotationBaseRevision = "styrmin.io/base-revision"
	// AnnotationDriverDigest is the digest of a driver's spec and files.
	AnnotationDriverDigest = "styrmin.io/driver-digest"
	// AnnotationRequest on an engine's Job names the request that it carries out.
	AnnotationRequest = "styrmin.io/request"
	// AnnotationReplicas records a stopped workload's replica count.
	AnnotationReplicas = "styrmin.io/replicas"
	// AnnotationSuspended says of a stopped CronJob or DaemonSet that it ran before.
	AnnotationSuspended = "styrmin.io/suspended"
	// AnnotationPaused on an autoscaler records how it was set before a stop paused it.
	AnnotationPaused = "styrmin.io/paused"
	// AnnotationOneOff on a one-off pod is the digest of what it was made for.
	AnnotationOneOff = "styrmin.io/one-off-digest"
	// NodeSelectorStopped is what a stopped DaemonSet asks of a node. No node has it.
	NodeSelectorStopped = "styrmin.io/stopped"
	// AnnotationHelmUpgrade on a driver, set to HelmUpgradeInAction, leaves it to a core
	// action to say when the Helm upgrade takes place.
	AnnotationHelmUpgrade = "styrmin.io/helm-upgrade"
	// AnnotationAsks on the pod of a core action, set to AsksHelm, asks the engine for the
	// change of the release that the run is about.
	AnnotationAsks = "styrmin.io/asks"
	// AnnotationDrivers on a namespace, set to DriversAny, admits instances of drivers nobody registered.
	AnnotationDrivers = "styrmin.io/drivers"
	// AnnotationImages on a namespace lists, separated by commas, prefixes of images
	// that Jobs may use there beside the installed ones; ImagesAny trusts all. Whoever
	// chooses the image of an action chooses what succeeds.
	AnnotationImages = "styrmin.io/images"
	// AnnotationEnvironment on a namespace lists, separated by commas, names of variables that
	// deployments may set for actions there beside ACTION_…; a * at the end stands for any rest.
	// PYTHONPATH or PREFECT_API_URL, for two, decide what succeeds.
	AnnotationEnvironment = "styrmin.io/environment"
	// AnnotationSnapshot on a VolumeSnapshot is what backup it is a part of, as JSON.
	AnnotationSnapshot = "styrmin.io/snapshot"
	// AnnotationRestore on a VolumeSnapshot is a restore that is not over, as JSON; on a claim
	// it names the restore that has made it.
	AnnotationRestore = "styrmin.io/restore"
	// AnnotationBreakGlass on a StyrminDeployment is its BreakGlass as JSON.
	AnnotationBreakGlass = "styrmin.io/break-glass"
)

// Values of the labels and annotations above.
const (
	GateEnforce         = "enforce"
	GateWarn            = "warn"
	HelmUpgradeInAction = "in-action"
	AsksHelm            = "helm-upgrade"
	DriversAny          = "any"
	ImagesAny           = "any"
)

// SystemNamespace is where the webhook and the optional Prefect server live.
const SystemNamespace = "styrmin"

// FieldOwner is Styrmin's field manager in server-side apply.
const FieldOwner = "kubectl-styrmin"
