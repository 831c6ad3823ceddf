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
	for name, test := range map[string]struct {
		output, want string
		err          error
	}{
		"whole":                {"COPY orders\n" + finished, "COPY orders\n", nil},
		"nothing but the mark": {finished, "", nil},
		"cut":                  {"COPY orders, and more than the mark has", "COPY orders, and mor", remote.ErrCutOff},
		"cut in the mark":      {"COPY orders\n" + finished[:len(finished)-1], "COPY orders", remote.ErrCutOff},
		"nothing":              {"", "", remote.ErrCutOff},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			c := clientOf(t, remotetest.Node(test.output, `{"status":"Success"}`))
			err := c.runScript(t.Context(), Result{Pod: "database-0", Command: []string{"postgres"}}, postgres.dumping, nil, &got)
			if !errors.Is(err, test.err) || got.String() != test.want {
				t.Errorf("found %q and the error %v, expected %q and %v", &got, err, test.want, test.err)
			}
		})
	}
}
