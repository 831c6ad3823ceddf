package components

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote"
	"github.com/styrmin/kubectl-styrmin/pkg/components/remote/remotetest"
)

func clientOf(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	api := httptest.NewServer(handler)
	t.Cleanup(api.Close)
	c, err := New(&rest.Config{Host: api.URL}, "shop", nil)
	must(t, err)
	return c
}

// TestFinished: the script of a dump has ended well when its mark came, for by a WebSocket
// a broken connection reads as a success.
func TestFinished(t *testing.T) {
	const well = `{"status":"Success"}`
	for name, test := range map[string]struct {
		output, result, want string
		err                  error
	}{
		"whole":                {"COPY orders\n" + finished, well, "COPY orders\n", nil},
		"nothing but the mark": {finished, well, "", nil},
		"cut":                  {"COPY orders, and more than the mark has", well, "COPY orders, and mor", remote.ErrCutOff},
		"cut in the mark":      {"COPY orders\n" + finished[:len(finished)-1], well, "COPY orders", remote.ErrCutOff},
		"nothing":              {"", well, "", remote.ErrCutOff},
		"cut after the mark":   {"COPY orders\n" + finished, "", "COPY orders\n", nil},
		"all cut":              {"COPY orders, and more than the mark has", "", "COPY orders, and mor", remote.ErrCutOff},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			c := clientOf(t, remotetest.Node(test.output, test.result))
			err := c.runScript(t.Context(), Result{Pod: "database-0", Command: []string{"postgres"}}, postgres.dumping, nil, &got)
			if !errors.Is(err, test.err) || got.String() != test.want {
				t.Errorf("found %q and the error %v, expected %q and %v", &got, err, test.want, test.err)
			}
		})
	}
}
