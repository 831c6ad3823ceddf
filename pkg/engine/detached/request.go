// Package detached runs an engine in the cluster: a Job that carries out a request which
// was prepared, and agreed to, at a terminal.
package detached

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// The keys of a packed request, and so the names of its files in the engine's pod.
const (
	requestKey = "request.json"
	driverKey  = "driver.json"
	chartKey   = "chart.tgz"
)

// mostPacked is what a Secret may hold.
const mostPacked = 1 << 20

// order is the part of a request that is neither the driver nor its chart.
type order struct {
	engine.Detached
	Verb      engine.Verb              `json:"verb"`
	Namespace string                   `json:"namespace"`
	Name      string                   `json:"name"`
	Spec      v1.StyrminDeploymentSpec `json:"spec"`
	Again     lifecycle.Again          `json:"again"`
	Forget    int                      `json:"forget"`
	Until     v1.Mode                  `json:"until"`
	Timeout   time.Duration            `json:"timeout"`
	Rollback  bool                     `json:"rollback"`
	// Command resumes the run from a terminal.
	Command string `json:"command"`
	// Chart is where the chart was found, for messages.
	Chart string `json:"chart"`
}

// TooLargeError is a request that fits no Secret.
type TooLargeError struct {
	// Driver, Chart and All are the sizes in bytes of the parts and of the whole.
	Driver, Chart, All int
}

// Error says what is large and what to do.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("an engine in the cluster gets its inputs as a Secret, which holds at most %d bytes, and these have %d: the chart packed %d, the driver %d\n"+
		"Nothing was changed. Push the chart to a registry and name it in spec.helm.main.location (oci://…), or run the command without --detach.",
		mostPacked, e.All, e.Chart, e.Driver)
}

// Pack makes the data of a Secret with everything that an engine needs. A chart from a
// registry that is too large is left out: the engine fetches it again, and refuses another one.
func Pack(p *engine.Prepared, from engine.Detached, command string) (map[string][]byte, error) {
	request, err := json.Marshal(order{
		Detached: from, Verb: p.Verb, Namespace: p.Desired.Namespace, Name: p.Desired.Name, Spec: p.Desired.Spec,
		Again: p.Again, Forget: p.ForgetPending, Until: p.Until, Timeout: p.Timeout, Rollback: p.RollbackOnFailure, Command: command, Chart: p.Chart.Location,
	})
	if err != nil {
		return nil, fmt.Errorf("pack the request: %w", err)
	}
	object, err := json.Marshal(p.Driver.ToObject())
	if err != nil {
		return nil, fmt.Errorf("pack driver %s: %w", p.Driver.Object.Name, err)
	}
	chart, err := p.Chart.Archive()
	if err != nil {
		return nil, err
	}
	data := map[string][]byte{requestKey: request, driverKey: object, chartKey: chart}
	if all := len(request) + len(object) + len(chart); all > mostPacked {
		delete(data, chartKey)
		if all-len(chart) > mostPacked || !p.ChartElsewhere() {
			return nil, &TooLargeError{Driver: len(object), Chart: len(chart), All: all}
		}
	}
	return data, nil
}

// Unpack reads a packed request from a directory. The second result is the command that
// resumes its run from a terminal.
func Unpack(ctx context.Context, dir fs.FS, charts *helm.Charts) (engine.Request, string, error) {
	var o order
	if err := read(dir, requestKey, &o); err != nil {
		return engine.Request{}, "", err
	}
	var object map[string]any
	if err := read(dir, driverKey, &object); err != nil {
		return engine.Request{}, "", err
	}
	d, err := driver.FromObject(object)
	if err != nil {
		return engine.Request{}, "", err
	}
	request := engine.Request{
		Verb: o.Verb, Driver: d, Register: true,
		Desired: &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name}, Spec: o.Spec},
		Again:   o.Again, ForgetPending: o.Forget, Until: o.Until, Timeout: o.Timeout, RollbackOnFailure: o.Rollback, Detached: &o.Detached,
	}
	archive, err := fs.ReadFile(dir, chartKey)
	if err == nil {
		request.Loaded, err = charts.LoadArchive(ctx, archive, o.Chart)
	} else if isAbsent(err) {
		err = nil // it is fetched from where the driver says
	}
	return request, o.Command, err
}
