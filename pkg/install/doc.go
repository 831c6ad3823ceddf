// Package install puts Styrmin into a cluster and takes it out again: the
// manifests, built by kustomize and applied on the server, and what a namespace
// needs to opt in.
package install
