package driver

import "strings"

// KubernetesName is an action's name as a part of a Kubernetes name: lower case,
// with '-' for '_'.
func KubernetesName(action string) string {
	return strings.ReplaceAll(strings.ToLower(action), "_", "-")
}
