package plugin

import (
	"bytes"
	"context"
	"io"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// TestValidateInterrupted: whoever interrupts gets the prompt back at once, even
// while standard input gives nothing, and no half of a document.
func TestValidateInterrupted(t *testing.T) {
	for _, format := range []string{"text", "json", "sarif", "junit"} {
		t.Run(format, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			in, never := io.Pipe()
			defer never.Close()
			var out, errOut bytes.Buffer
			streams := genericiooptions.IOStreams{In: reading{in, interrupt}, Out: &out, ErrOut: &errOut}
			code := Execute(ctx, streams, Terminal{}, []string{"validate", "-", "-o", format})
			if code != ExitInterrupted || errOut.String() != "error: interrupted\n" || out.Len() > 0 {
				t.Errorf("found code %d, stdout %q, stderr %q", code, &out, &errOut)
			}
		})
	}
}

// reading tells that somebody began to read.
type reading struct {
	io.Reader
	begun func()
}

func (r reading) Read(p []byte) (int, error) {
	r.begun()
	return r.Reader.Read(p)
}
