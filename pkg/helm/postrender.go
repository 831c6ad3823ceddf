package helm

import (
	"bytes"

	"helm.sh/helm/v3/pkg/postrender"
)

// renderFunc makes a function one of Helm's post-renderers.
type renderFunc func([]byte) ([]byte, error)

// postRenderer is nil for nil, which Helm takes for none.
func postRenderer(change func([]byte) ([]byte, error)) postrender.PostRenderer {
	if change == nil {
		return nil
	}
	return renderFunc(change)
}

// Run implements postrender.PostRenderer.
func (f renderFunc) Run(manifest *bytes.Buffer) (*bytes.Buffer, error) {
	changed, err := f(manifest.Bytes())
	if err != nil {
		return nil, err
	}
	return bytes.NewBuffer(changed), nil
}
