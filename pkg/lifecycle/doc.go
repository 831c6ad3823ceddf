// Package lifecycle holds the rules of a run and of the gate as pure functions:
// which hook runs, what comes next, and whether a release may change. It does no
// I/O; pkg/engine carries out what it decides, and the webhook asks it for verdicts.
package lifecycle
