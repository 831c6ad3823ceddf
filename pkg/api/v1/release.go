package v1

// ReleaseName is the name of the Helm release that the deployment governs.
func (d *StyrminDeployment) ReleaseName() string {
	if d.Spec.Release != "" {
		return d.Spec.Release
	}
	return d.Name
}
