package lifecycle

// Cause is a reason for a run.
type Cause string

const (
	// CauseNothingDeployed: the release has no deployed revision.
	CauseNothingDeployed Cause = "NothingDeployed"
	// CauseDeployedByOthers: what is deployed is none of the deployment's instances.
	CauseDeployedByOthers Cause = "DeployedByOthers"
	// CauseVersion: the application version is another one.
	CauseVersion Cause = "VersionChanged"
	// CauseDriver: the driver has another content, under whatever version number.
	CauseDriver Cause = "DriverChanged"
	// CauseInputs: the same version by the same driver, with other parameters,
	// configuration or another content of the chart.
	CauseInputs Cause = "InputsChanged"
	// CauseUnfinished: a run of these inputs has begun and not succeeded.
	CauseUnfinished Cause = "RunUnfinished"
)

// Why lists the reasons to move from what is deployed (nil for nothing) to the
// target; none when the target is deployed already.
func Why(deployed *Target, target Target) []Cause {
	switch {
	case deployed == nil:
		return []Cause{CauseNothingDeployed}
	case *deployed == Target{}:
		return []Cause{CauseDeployedByOthers}
	}
	var causes []Cause
	if deployed.Version != target.Version {
		causes = append(causes, CauseVersion)
	}
	if deployed.DriverDigest != target.DriverDigest {
		causes = append(causes, CauseDriver)
	}
	if len(causes) == 0 && deployed.Instance != target.Instance {
		causes = append(causes, CauseInputs)
	}
	return causes
}
