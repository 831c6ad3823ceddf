// Package e2e drives the real programs (kubectl with the plugin, helm 3, helm 4)
// against a real cluster, with real Prefect flows in real pods and the webhook
// that `kubectl styrmin install` installs.
//
// It needs STYRMIN_TEST_KUBECONFIG and the images of `make product-image
// notes-images founding-image` in that cluster; without the former it is
// skipped. Every test has a namespace of its own, which stays when it fails.
package e2e
