// Package webhook is the gate: the admission decisions about Helm release
// records, drivers, deployments, instances and Jobs.
//
// One file holds one admitted kind. A handler reads what its rule needs and
// answers; the rules themselves are pure functions here and in pkg/lifecycle.
// The client's mistakes are denials (4xx) that say what was found and expected;
// our own failures say that the gate could not decide, and what to check.
// Messages carry names, labels and digests, never content of Secrets.
package webhook
