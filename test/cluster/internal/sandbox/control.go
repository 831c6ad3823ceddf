package sandbox

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// controlSocket is where PID 1 hears which daemon to stop or to start: an HTTP server with /NAME/stop and /NAME/start.
const controlSocket = "/run/supervisor.sock"

// listen lets the host stop and start daemons, from now until the sandbox ends.
func (v *supervisor) listen() error {
	listener, err := net.Listen("unix", controlSocket)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	for verb, do := range map[string]func(Component) error{"stop": v.stop, "start": v.start} {
		mux.HandleFunc("POST /{name}/"+verb, func(w http.ResponseWriter, r *http.Request) {
			c, err := v.find(r.PathValue("name"))
			if err == nil {
				err = do(c)
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	go func() { v.died <- http.Serve(listener, mux) }()
	return nil
}

func (v *supervisor) find(name string) (Component, error) {
	var names []string
	for _, c := range v.components {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Component{}, fmt.Errorf("there is no daemon %s; there are %s", name, strings.Join(names, ", "))
}

// running finds a component's daemon; nil when it does not run.
func (v *supervisor) running(c Component) *daemon {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, d := range v.daemons {
		if d.Name == c.Name {
			return d
		}
	}
	return nil
}

// stop ends a daemon as a crash would, without a chance to tidy up. What it started lives on.
func (v *supervisor) stop(c Component) error {
	d := v.running(c)
	if d == nil {
		return nil
	}
	v.mu.Lock()
	d.stopped = true
	v.mu.Unlock()
	if err := syscall.Kill(d.pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("stop %s: %w", c.Name, err)
	}
	<-d.ended
	return nil
}

// start brings back a daemon that was stopped, and waits until it works.
func (v *supervisor) start(c Component) error {
	if v.running(c) != nil {
		return nil
	}
	d, err := v.fork(c)
	if err != nil {
		return err
	}
	return v.await(d)
}

// Tell tells the sandbox's PID 1 to stop or to start a daemon, and waits until it has.
func (p *Process) Tell(ctx context.Context, verb, daemon string) error {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", p.Path(controlSocket))
		},
	}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://supervisor/"+daemon+"/"+verb, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", strings.TrimSpace(string(said)))
	}
	return err
}
