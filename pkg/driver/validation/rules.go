package validation

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// rules are all rules. Each has its file.
var rules = []rule{
	{diagnostic.Rule{ID: "api-version", Summary: "apiVersion is styrmin.io/v1."}, checkAPIVersion},
	{diagnostic.Rule{ID: "kind", Summary: "kind is ApplicationDriver."}, checkKind},
	{diagnostic.Rule{ID: "name", Summary: "metadata.name is a DNS-1123 subdomain."}, checkName},
	{diagnostic.Rule{ID: "helm-upgrade", Summary: "The annotation styrmin.io/helm-upgrade is in-action or absent."}, checkHelmUpgrade},
	{diagnostic.Rule{ID: "version", Summary: "spec.version names the driver's own version."}, checkVersion},
	{diagnostic.Rule{ID: "supported-versions", Summary: "spec.supported_versions is a version specifier such as \">=0.1,<1.0\"."}, checkSupportedVersions},
	{diagnostic.Rule{ID: "version-default-unsupported", Summary: "spec.default_version satisfies spec.supported_versions."}, checkDefaultVersion},
	{diagnostic.Rule{ID: "helm-missing", Summary: "spec.helm.main names the chart."}, checkHelmMissing},
	{diagnostic.Rule{ID: "helm-location", Summary: "spec.helm.main.location is an OCI reference, a chart in an HTTP repository or a path inside the driver."}, checkHelmLocation},
	{diagnostic.Rule{ID: "helm-version", Summary: "A chart from a registry or repository has a pinned version."}, checkHelmVersion},
	{diagnostic.Rule{ID: "component-identifier", Summary: "Every component has an identifier of valid labels."}, checkComponentIdentifier},
	{diagnostic.Rule{ID: "component-unknown", Summary: "env_vars and container_overrides refer to components of the driver."}, checkComponentUnknown},
	{diagnostic.Rule{ID: "service-name", Summary: "Every service has a name of its own."}, checkServiceName},
	{diagnostic.Rule{ID: "service-port", Summary: "Every service has a port between 1 and 65535."}, checkServicePort},
	{diagnostic.Rule{ID: "service-component-unknown", Summary: "Services refer to components of the driver."}, checkServiceComponent},
	{diagnostic.Rule{ID: "parameter-name", Summary: "Every parameter has a name of its own, which is none that actions are passed anyway."}, checkParameterName},
	{diagnostic.Rule{ID: "parameter-kind", Summary: "A parameter's kind is string, integer, boolean or enum."}, checkParameterKind},
	{diagnostic.Rule{ID: "enum-values", Summary: "An enum has values, all different; other kinds have none."}, checkEnumValues},
	{diagnostic.Rule{ID: "parameter-default-kind", Summary: "A parameter's default is of its kind."}, checkParameterDefault},
	{diagnostic.Rule{ID: "action-name", Summary: "An action's name is a letter, then letters, digits, '_' and '-', at most 63 together."}, checkActionName},
	{diagnostic.Rule{ID: "action-name-unique", Summary: "Action names differ, also as Kubernetes names."}, checkActionNameUnique},
	{diagnostic.Rule{ID: "action-hook", Summary: "An action's hook is setup or upgrade."}, checkActionHook},
	{diagnostic.Rule{ID: "action-mode", Summary: "An action's mode is pre, core or post."}, checkActionMode},
	{diagnostic.Rule{ID: "action-location", Summary: "An action's location is FILE.py::FUNCTION, and the file is there."}, checkActionLocation},
	{diagnostic.Rule{ID: "files-unknown", Summary: "A driver with actions comes with the files beside its spec."}, checkFilesUnknown},
	{diagnostic.Rule{ID: "python-syntax", Summary: "The Python files can be parsed."}, checkPythonSyntax},
	{diagnostic.Rule{ID: "python-function-missing", Summary: "An action's function is defined at module level."}, checkFunctionMissing},
	{diagnostic.Rule{ID: "python-not-a-flow", Summary: "An action's function is decorated as a Prefect flow."}, checkFlow},
	{diagnostic.Rule{ID: "python-parameter-unbound", Summary: "An action's function requires no parameter that it is not passed."}, checkParameterUnbound},
	{diagnostic.Rule{ID: "values-template", Summary: "values.j2.yml can be parsed."}, checkValuesTemplate},
}
