package v1

// The names of a driver's files. They sit side by side.
const (
	// DriverFile is the driver's spec.
	DriverFile = "driver.styrmin.yml"
	// ActionsFile holds the actions; needed only when some are declared.
	ActionsFile = "actions.py"
	// ValuesFile is the Jinja2 template of the Helm values; optional.
	ValuesFile = "values.j2.yml"
)
