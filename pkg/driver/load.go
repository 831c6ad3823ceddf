package driver

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// LoadDir reads the driver in the directory; the path of its driver.styrmin.yml
// serves too. Problems of reading, syntax and types come back as diagnostics,
// sorted; the driver is nil when nothing useful could be read.
func LoadDir(dir string) (*Driver, diagnostic.List) { return nil, nil }

// FromObject is the driver that an ApplicationDriver from an API server holds.
func FromObject(u map[string]any) (*Driver, error) { return nil, nil }

// ToObject is the ApplicationDriver to apply, files included.
func (d *Driver) ToObject() map[string]any { return nil }

// Digest is the SHA-256 in hex over the canonical JSON of the driver's name, its
// styrmin.io annotations, its spec and its files. Loading the directory and
// reading the applied object back give the same digest.
func (d *Driver) Digest() string { return "" }

// KubernetesName is an action's name as a Kubernetes name.
func KubernetesName(action string) string { return "" }

// VersionSupported reports whether the version satisfies the specifier, such as ">=0.1,<1.0".
func VersionSupported(spec, version string) (bool, error) { return false, nil }
