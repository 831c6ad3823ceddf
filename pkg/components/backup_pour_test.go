package components

import (
	"context"
	"errors"
	"io"
	"testing"
)

// TestPour: the error is that of who failed first, and nobody is waited for who writes for nobody.
func TestPour(t *testing.T) {
	broken, spoiled := errors.New("it is broken"), errors.New("it is spoiled")
	all := func(from io.Reader) error { _, err := io.Copy(io.Discard, from); return err }
	for name, test := range map[string]struct {
		write func(context.Context, io.Writer) error
		read  func(io.Reader) error
		want  error
	}{
		"both end well":    {func(_ context.Context, to io.Writer) error { _, err := io.WriteString(to, "rows"); return err }, all, nil},
		"the writer fails": {func(context.Context, io.Writer) error { return broken }, all, broken},
		"the reader fails": {
			// Like client-go, which reads to its end what it cannot pass on.
			func(ctx context.Context, _ io.Writer) error { <-ctx.Done(); return context.Cause(ctx) },
			func(io.Reader) error { return spoiled }, spoiled,
		},
		"the reader leaves something": {func(_ context.Context, to io.Writer) error { _, err := io.WriteString(to, "rows"); return err }, func(io.Reader) error { return nil }, errEnded},
	} {
		t.Run(name, func(t *testing.T) {
			if err := pour(t.Context(), test.write, test.read); !errors.Is(err, test.want) || test.want != errEnded && errors.Is(err, errEnded) {
				t.Errorf("error %v, expected %v", err, test.want)
			}
		})
	}
}
