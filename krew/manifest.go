package krew

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"
)

// Manifest is krew's plugin manifest, with the fields that krew knows.
type Manifest struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   Metadata `yaml:"metadata"`
	Spec       Spec     `yaml:"spec"`
}

// Metadata names the plugin.
type Metadata struct {
	Name string `yaml:"name"`
}

// Spec is what krew shows and installs.
type Spec struct {
	Version          string         `yaml:"version"`
	Homepage         string         `yaml:"homepage"`
	ShortDescription string         `yaml:"shortDescription"`
	Description      string         `yaml:"description"`
	Caveats          string         `yaml:"caveats,omitempty"`
	Platforms        []PlatformSpec `yaml:"platforms"`
}

// PlatformSpec is one platform's archive.
type PlatformSpec struct {
	Selector Selector `yaml:"selector"`
	URI      string   `yaml:"uri"`
	SHA256   string   `yaml:"sha256"`
	Bin      string   `yaml:"bin"`
	Files    []File   `yaml:"files"`
}

// Selector picks the platforms that an archive is for.
type Selector struct {
	MatchLabels map[string]string `yaml:"matchLabels"`
}

// File is copied from the archive when the plugin is installed.
type File struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

const homepage = "https://github.com/styrmin/kubectl-styrmin"

const description = `Styrmin runs the work that an application needs around its Helm release: stopping
components, taking a backup, migrating a database, a smoke test. A driver's author
writes these actions once, as Python flows; setup and upgrade run them as Jobs in
strict order around the release, show it happening, and resume where they stopped.
With its admission webhook, changes of the release are held, from whatever client
they come, until the actions that must come first have succeeded.
`

const caveats = `For shell completion, put kubectl_complete-styrmin from the plugin's directory
on your PATH. To have releases held in the cluster, an administrator runs:
  kubectl styrmin install
`

// NewManifest describes a release whose archives have the sums given.
func NewManifest(version string, sums map[Platform]string) *Manifest {
	m := &Manifest{
		APIVersion: "krew.googlecontainertools.github.com/v1alpha2",
		Kind:       "Plugin",
		Metadata:   Metadata{Name: "styrmin"},
		Spec: Spec{
			Version:          version,
			Homepage:         homepage,
			ShortDescription: "Run lifecycle actions around Helm releases",
			Description:      description,
			Caveats:          caveats,
		},
	}
	for _, p := range Platforms {
		if sum, ok := sums[p]; ok {
			m.Spec.Platforms = append(m.Spec.Platforms, platformSpec(version, p, sum))
		}
	}
	return m
}

func platformSpec(version string, p Platform, sum string) PlatformSpec {
	return PlatformSpec{
		Selector: Selector{MatchLabels: map[string]string{"os": p.OS, "arch": p.Arch}},
		URI:      fmt.Sprintf("%s/releases/download/%s/%s", homepage, version, p.Archive()),
		SHA256:   sum,
		Bin:      p.Binary(),
		Files: []File{
			{From: p.Binary(), To: "."},
			{From: p.Completion(), To: "."},
			{From: "LICENSE", To: "."},
		},
	}
}

// YAML is the manifest as a file.
func (m *Manifest) YAML() ([]byte, error) {
	var buf bytes.Buffer
	encoder := yaml.NewEncoder(&buf)
	encoder.SetIndent(2)
	if err := encoder.Encode(m); err != nil {
		return nil, fmt.Errorf("writing the plugin manifest: %w", err)
	}
	return buf.Bytes(), encoder.Close()
}

// ParseManifest reads a manifest and refuses fields that krew does not know.
func ParseManifest(data []byte) (*Manifest, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	var m Manifest
	if err := decoder.Decode(&m); err != nil {
		return nil, fmt.Errorf("reading the plugin manifest: %w", err)
	}
	return &m, nil
}
