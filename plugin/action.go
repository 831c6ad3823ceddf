package plugin

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

func newActionCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "action",
		Short:   "Try the actions of a driver",
		GroupID: groupAuthor,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newActionRunCommand(o))
	return cmd
}

// actionRun are the flags of `action run`.
type actionRun struct {
	*options
	inputs     inputFlags
	local      bool
	apply      bool
	deployment string
	hook, mode string
	current    string
	dir        string
	location   string
}

const actionRunLong = `Run one action on this machine, as its pod would: the same runner, the same Python package, and a context
made of the driver and the flags. PATH is the Python file of the driver, FUNCTION the flow in it.

Nothing is changed: a primitive checks its arguments, logs what it would do, and returns as if it had succeeded.
With --apply primitives act for real, with your own permissions, on the deployment that --deployment and -n name.
What the action does by itself, without primitives, it does in both cases.

It needs a Python 3.10 or newer with Prefect 3 (pip install "prefect>=3,<4"): python3, or what STYRMIN_PYTHON names.`

const actionRunExample = `  kubectl styrmin action run examples/notes/actions.py::migrate --local --set owner_email=me@example.org
  # the upgrade from one version to another
  kubectl styrmin action run actions.py::stop_worker --local --current-version 1.0.0 --version 2.0.0
  # for real
  kubectl styrmin action run actions.py::stop_worker --local --apply --deployment notes -n notes`

func newActionRunCommand(o *options) *cobra.Command {
	a := &actionRun{options: o}
	cmd := &cobra.Command{
		Use:     "run PATH::FUNCTION --local",
		Short:   "Run one action on this machine, without changing anything",
		Long:    actionRunLong,
		Example: actionRunExample,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.validate(args[0]); err != nil {
				return err
			}
			return a.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&a.local, "local", false, "Run it on this machine. There is no other way yet, and the flag leaves room for one.")
	f.BoolVar(&a.apply, "apply", false, "Let primitives act on the cluster instead of telling what they would do; needs --deployment.")
	f.StringVar(&a.deployment, "deployment", "", "The deployment's name (default: the driver's).")
	f.StringVar(&a.hook, "hook", "", "The hook that the action is told: setup or upgrade (default: where the driver has it first, else upgrade).")
	f.StringVar(&a.mode, "mode", "", "The mode that the action is told: pre, core or post (default: where the driver has it first, else pre).")
	f.StringVar(&a.current, "current-version", "", "The application version that is deployed (default: none).")
	f.StringVar(&a.dir, "driver", "", "The driver's directory (default: that of PATH).")
	a.inputs.addFlags(f)
	a.inputs.addContextFile(f)
	return cmd
}

// validate checks the command line; it reads no file.
func (a *actionRun) validate(target string) error {
	path, function, ok := strings.Cut(target, "::")
	switch {
	case !ok || function == "" || filepath.Ext(path) != ".py":
		return usagef("found %q, expected PATH::FUNCTION, such as examples/notes/actions.py::migrate", target)
	case !a.local:
		return usagef("expected --local: in the cluster, setup and upgrade run actions")
	case a.apply && a.deployment == "":
		return usagef("--apply: expected --deployment, so that it is clear what is acted on")
	case a.hook != "" && !slices.Contains([]v1.Hook{v1.HookSetup, v1.HookUpgrade}, v1.Hook(a.hook)):
		return usagef("--hook %s: expected setup or upgrade", a.hook)
	case a.mode != "" && !slices.Contains(v1.Modes(), v1.Mode(a.mode)):
		return usagef("--mode %s: expected pre, core or post", a.mode)
	}
	a.location = filepath.Base(path) + "::" + function
	a.dir = cmp.Or(a.dir, filepath.Dir(path))
	if a.deployment != "" {
		if err := checkName("--deployment", a.deployment); err != nil {
			return err
		}
	}
	return a.inputs.validate()
}

func (a *actionRun) run(ctx context.Context) error {
	d, resolved, err := a.resolve()
	if err != nil {
		return err
	}
	deployment := &v1.StyrminDeployment{}
	deployment.Namespace, deployment.Name = resolved.Context.Deployment.Namespace, resolved.Context.Deployment.Name
	attempt := jobs.Spec{
		Deployment:     deployment,
		Action:         a.action(d),
		TargetVersion:  resolved.Context.App.Version,
		CurrentVersion: a.current,
	}
	dir, err := os.MkdirTemp("", "styrmin-action-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := lay(dir, d, resolved); err != nil {
		return err
	}
	return a.start(ctx, dir, attempt.Variables())
}

// resolve loads the driver and works out the context. What is wrong is shown.
func (a *actionRun) resolve() (*driver.Driver, *lint.Resolution, error) {
	in, err := a.inputs.read()
	if err != nil {
		return nil, nil, err
	}
	in.NoSamples, in.Name, in.Namespace = true, a.deployment, a.givenNamespace()
	d, found := driver.LoadDir(a.dir)
	if d != nil {
		found = append(found, lint.Check(d, in)...)
	}
	found = slices.DeleteFunc(found, func(p diagnostic.Diagnostic) bool { return p.Severity != diagnostic.Error })
	found.Sort()
	if err := diagnostic.WriteText(a.ErrOut, found, diagnostic.TextOptions{Color: a.terminal.ErrColor}); err != nil {
		return nil, nil, err
	}
	if found.HasErrors() {
		return nil, nil, &problemsError{message: fmt.Sprintf("the driver in %s has %s with these inputs; no action was run", a.dir, count(len(found), "error"))}
	}
	resolved, err := lint.Resolve(d, in, lint.SampleChart(d))
	return d, resolved, err
}

// action is what the driver says of the function, with the flags over it. A function
// that no action names yet can be tried, too.
func (a *actionRun) action(d *driver.Driver) v1.Action {
	_, function, _ := strings.Cut(a.location, "::")
	action := v1.Action{Name: function, Hook: v1.HookUpgrade, Mode: v1.ModePre, Location: a.location}
	for _, declared := range d.Object.Spec.Actions {
		fits := (a.hook == "" || string(declared.Hook) == a.hook) && (a.mode == "" || string(declared.Mode) == a.mode)
		if declared.Location == a.location && fits {
			action = declared
			break
		}
	}
	action.Hook, action.Mode = cmp.Or(v1.Hook(a.hook), action.Hook), cmp.Or(v1.Mode(a.mode), action.Mode)
	return action
}

// variables are the action's, after those of this process. Of what they would say of
// another run, nothing is inherited.
func (a *actionRun) variables(own []corev1.EnvVar, instance string) []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "STYRMIN_") && !strings.HasPrefix(variable, "STYRMIN_PYTHON=")
	})
	for _, v := range own {
		env = append(env, v.Name+"="+v.Value)
	}
	env = append(env, "STYRMIN_INSTANCE_DIR="+instance)
	if !a.apply {
		env = append(env, "STYRMIN_DRY_RUN=1")
	}
	return env
}

// writeJSONFile writes a value as a file of the instance.
func writeJSONFile(path string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
