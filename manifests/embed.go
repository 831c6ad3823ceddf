// Package manifests embeds what is installed in a cluster, as kustomize reads it.
package manifests

import "embed"

// Files holds the kustomizations: "." installs everything but prefect/ and
// monitoring/, which are optional, and namespace/, which is applied in each namespace that opts in.
//
//go:embed kustomization.yaml crd rbac webhook prefect monitoring namespace
var Files embed.FS
