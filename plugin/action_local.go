package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/pkg/runner"
	"github.com/styrmin/kubectl-styrmin/pkg/runner/python"
)

// lay puts below a directory what an action's pod finds in its volumes: the Python
// package, the driver, and the context.
func lay(dir string, d *driver.Driver, resolved *lint.Resolution) error {
	stored, _, err := (&instance.Instance{Driver: d, Context: resolved.Context}).Objects(metav1.OwnerReference{})
	if err != nil {
		return err
	}
	for _, volume := range []string{"driver", "context"} {
		if err := os.Mkdir(filepath.Join(dir, volume), 0o700); err != nil {
			return err
		}
	}
	for name, content := range stored.Data {
		if err := os.WriteFile(filepath.Join(dir, "driver", name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	if err := writeJSONFile(filepath.Join(dir, "context", "context.json"), resolved.Variables); err != nil {
		return err
	}
	return python.Write(filepath.Join(dir, runner.PythonDir))
}

// start runs the action as its pod's runner does, with its pod's volumes in dir.
func (a *actionRun) start(ctx context.Context, dir string, own []corev1.EnvVar) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	// In a file that only the user can read: one of the flags may be a token, and command
	// lines are for everybody on the machine to see.
	connection := filepath.Join(dir, "connection.json")
	if err := writeJSONFile(connection, a.connection()); err != nil {
		return err
	}
	env := a.variables(own, dir)
	r := &runner.Runner{
		Streams: runner.Streams{In: a.In, Out: a.Out, Err: a.ErrOut},
		Args:    []string{"action", a.location},
		Getenv:  lookup(env),
		Environ: env,
		// The Python package lies beside it.
		Executable:  filepath.Join(dir, runner.BinaryName),
		Self:        []string{executable, "runner", "--connection", connection},
		Termination: filepath.Join(dir, "outcome.json"),
	}
	if r.Run(ctx) != runner.ExitOK {
		return errors.Join(ctx.Err(), &problemsError{message: "the action failed", shown: true})
	}
	return nil
}

// lookup finds variables in an environment, of which the last ones count.
func lookup(env []string) func(string) string {
	values := map[string]string{}
	for _, variable := range env {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}

// connection are the flags that name the cluster and its user.
func (o *options) connection() (given []string) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.config.AddFlags(flags)
	flags.VisitAll(func(flag *pflag.Flag) {
		if slice, ok := flag.Value.(pflag.SliceValue); ok {
			for _, value := range slice.GetSlice() {
				given = append(given, "--"+flag.Name+"="+value)
			}
			return
		}
		if value := flag.Value.String(); value != "" {
			given = append(given, "--"+flag.Name+"="+value)
		}
	})
	return given
}

// reconnect sets the flags that connection told, from the file that they were written to.
func (o *options) reconnect(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the connection to the cluster: %w", err)
	}
	var given []string
	if err := json.Unmarshal(data, &given); err != nil {
		return fmt.Errorf("read the connection to the cluster from %s: expected a JSON list of flags", path)
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.config.AddFlags(flags)
	return flags.Parse(given)
}

// newRunnerCommand is what the Python package calls on this machine where a pod has
// styrmin-runner. It is no verb for people.
func newRunnerCommand(o *options) *cobra.Command {
	var connection string
	cmd := &cobra.Command{
		Use:    "runner call PRIMITIVE",
		Short:  "Carry out a primitive for an action that runs on this machine",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if connection != "" {
				if err := o.reconnect(connection); err != nil {
					return err
				}
			}
			r := &runner.Runner{
				Streams: runner.Streams{In: o.In, Out: o.Out, Err: o.ErrOut},
				Args:    args,
				Getenv:  os.Getenv,
				Config: func() (*rest.Config, error) {
					config, _, err := o.cluster()
					return config, err
				},
			}
			if r.Run(cmd.Context()) != runner.ExitOK {
				return &problemsError{message: "the primitive failed", shown: true}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&connection, "connection", "", "File with the flags that name the cluster and its user.")
	return cmd
}
