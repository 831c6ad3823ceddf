package jobs

// What the Jobs use where the StyrminDeployment says nothing.
const (
	// DefaultImage runs the actions.
	DefaultImage = "prefecthq/prefect:3-latest"
	// DefaultRunnerImage carries styrmin-runner.
	DefaultRunnerImage = "ghcr.io/styrmin/kubectl-styrmin:latest"
	// DefaultServiceAccount is made by `kubectl styrmin prepare`.
	DefaultServiceAccount = "styrmin-action"
	// DefaultTimeoutSeconds bounds one attempt.
	DefaultTimeoutSeconds = 1800
	// ExitUnloadable is the exit code of a flow that cannot be loaded; it is not retried.
	ExitUnloadable = 42
	// ActionContainer is the name of the container that runs the flow.
	ActionContainer = "action"
)

// Where the parts lie in the pod.
const (
	runnerDir    = "/styrmin"
	instanceDir  = "/instance"
	tmpDir       = "/tmp"
	runnerBinary = runnerDir + "/styrmin-runner"
	nonRootUser  = 65532
)
