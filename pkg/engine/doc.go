// Package engine carries out a run: it takes the deployment's lock, creates the
// actions' Jobs, watches them, changes the Helm release and records what
// happened. What comes next is decided by pkg/lifecycle from the cluster's
// state alone, so that an engine can be killed at any instant and another one
// finishes its work.
package engine
