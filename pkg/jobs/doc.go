// Package jobs is the contract between the engine, the webhook and the pods: it
// builds the Job of one attempt of one action, and reads from a Job what became
// of it. Build is pure, so that the webhook can render the same Job again.
package jobs
