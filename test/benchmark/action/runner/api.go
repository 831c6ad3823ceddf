package main

import (
	"encoding/json"
	"net/http"
	"os"
	"time"

	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/waited"
)

// api knows how long the API server was waited for. A connection that becomes another, for a command,
// counts until the process ends: little is left to do after the command.
type api struct{ clock waited.Clock }

// watch makes a client of the config tell the beginning and the end of every request.
func (a *api) watch(config *rest.Config, err error) (*rest.Config, error) {
	if err != nil {
		return nil, err
	}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return watched{next, a} })
	return config, nil
}

type watched struct {
	next http.RoundTripper
	api  *api
}

// RoundTrip implements http.RoundTripper.
func (w watched) RoundTrip(request *http.Request) (*http.Response, error) {
	return w.api.clock.RoundTrip(w.next, request)
}

// write adds what is known to a file, a JSON object on a line.
func (a *api) write(path string, began time.Time) error {
	line, err := json.Marshal(map[string]any{
		"began": float64(began.UnixNano()) / 1e9, "ended": float64(time.Now().UnixNano()) / 1e9, "waited": a.clock.SoFar().Seconds(),
	})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(append(line, '\n'))
	return err
}
