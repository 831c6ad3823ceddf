package plugin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// runOptions are the flags of `setup` and `upgrade`.
type runOptions struct {
	*options
	// verb is empty when what is deployed shall decide.
	verb engine.Verb
	name string
	// again is the command line that resumes the run.
	again string

	inputs  inputFlags
	jobs    jobFlags
	cluster detachFlags
	trust   trustFlags
	driver  string
	release string
	// sensitive are the parameters to mask from now on.
	sensitive []string
	until     string
	rerun     []string
	from      string
	forget    int
	rollback  bool
	yes       bool
	output    string

	// stream is where what happens goes with -o json; else nil.
	stream *progress.Stream
	// outcome is how the run ended that did not fail.
	outcome progress.Result
}

func (r *runOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&r.driver, "driver", "", "The driver: a directory, or the name of a registered ApplicationDriver.")
	r.inputs.addFlags(flags)
	flags.StringSliceVar(&r.sensitive, "sensitive", nil, "Parameters whose values are masked in logs, events and messages, from now on.")
	flags.StringVar(&r.release, "release", "", "The Helm release's name (default: the deployment's name).")
	r.jobs.addFlags(flags)
	flags.StringVar(&r.until, "until", "", "Stop after this mode, pre or core; the same command without it goes on.")
	flags.StringArrayVar(&r.rerun, "rerun", nil, "Run this action again although it succeeded in this run; may be repeated.")
	flags.StringVar(&r.from, "from", "", "Run the actions of this mode and the later ones again: pre, core or post.")
	flags.IntVar(&r.forget, "forget-pending", 0, "Delete the record of this revision, which another Helm client left pending, and go on. You say that nobody is at work on it any more.")
	r.trust.addFlags(flags)
	flags.BoolVar(&r.rollback, "rollback-on-failure", false, "Roll the Helm release back when its change fails.")
}

// validate checks the command line; it touches no cluster.
func (r *runOptions) validate() error {
	if err := r.validateNames(); err != nil {
		return err
	}
	if r.until != "" && r.until != string(v1.ModePre) && r.until != string(v1.ModeCore) {
		return usagef("--until %s: expected pre or core", r.until)
	}
	if r.from != "" && !slices.Contains(v1.Modes(), v1.Mode(r.from)) {
		return usagef("--from %s: expected pre, core or post", r.from)
	}
	if r.forget < 0 {
		return usagef("--forget-pending %d: expected the number of a revision", r.forget)
	}
	if r.verb == engine.VerbSetup && r.driver == "" {
		return usagef("setup needs --driver: a directory, or the name of a registered driver")
	}
	if err := r.jobs.validate(); err != nil {
		return err
	}
	if err := r.cluster.validate(r.output); err != nil {
		return err
	}
	if err := r.trust.validate(); err != nil {
		return err
	}
	return r.inputs.validate()
}

// longestRelease is Helm's bound.
const longestRelease = 53

func (r *runOptions) validateNames() error {
	if err := checkName("NAME", r.name); err != nil {
		return err
	}
	release, flag := r.release, "--release"
	if release == "" {
		release, flag = r.name, "NAME, which names the Helm release unless --release does"
	}
	if len(validation.IsDNS1123Subdomain(release)) > 0 || len(release) > longestRelease {
		return usagef("%s: found %q, expected at most %d lower-case letters, digits, '-' and '.', with a letter or digit at both ends", flag, release, longestRelease)
	}
	return nil
}

// run prepares the request, changing nothing, and carries it out.
func (r *runOptions) run(ctx context.Context) error {
	e, prepared, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	if agreed, err := r.agree(ctx, e, prepared); err != nil || !agreed {
		return err
	}
	if r.cluster.detach && prepared.Situation.Changed {
		return r.send(ctx, e, prepared)
	}
	prepared.Agreed = prepared.Agreed || r.cluster.detach // nothing runs here, also when something has changed meanwhile
	return r.do(ctx, e, prepared)
}

// do carries out what was prepared.
func (r *runOptions) do(ctx context.Context, e *engine.Engine, prepared *engine.Prepared) error {
	reporter, end := r.reporter(ctx, r.stream, progress.Options{Color: r.terminal.Color, Command: r.again})
	e.Reporter = reporter
	outcome, err := e.Do(ctx, prepared)
	end()
	r.nameCommand(err)
	if err != nil {
		return err
	}
	r.outcome = resultOfRun(outcome)
	if r.outcome == progress.ResultUnchanged && r.stream == nil {
		fmt.Fprintf(r.Out, "%s/%s is at version %s with these inputs already; nothing to do\n", prepared.Desired.Namespace, r.name, prepared.Instance.Context.App.Version)
	}
	return nil
}

// nameCommand puts the command that goes on into the errors that tell of it.
func (r *runOptions) nameCommand(err error) {
	if interrupted := (*engine.InterruptedError)(nil); errors.As(err, &interrupted) {
		interrupted.Command = r.again
	}
	if failed := (*engine.FailedError)(nil); errors.As(err, &failed) {
		failed.Command = r.again
	}
	if unfinished := (*engine.UnfinishedError)(nil); errors.As(err, &unfinished) {
		unfinished.Command = r.again
	}
}

// prepare resolves and checks what the command line asks for, changing nothing.
func (r *runOptions) prepare(ctx context.Context) (*engine.Engine, *engine.Prepared, error) {
	// A driver on disk is checked before the cluster is asked anything.
	request := engine.Request{
		Until: v1.Mode(r.until), Again: lifecycle.Again{Actions: r.rerun, From: v1.Mode(r.from)},
		ForgetPending: r.forget, Timeout: r.jobs.timeout, RollbackOnFailure: r.rollback, Keyring: r.trust.wanted(),
	}
	if err := r.loadFromDisk(&request); err != nil {
		return nil, nil, err
	}
	c, err := r.connect()
	if err != nil {
		return nil, nil, err
	}
	e, err := r.engine(c)
	if err != nil {
		return nil, nil, err
	}
	if err := r.check(ctx, e, c); err != nil {
		return nil, nil, err
	}
	request.Verb = r.verb
	if err := r.complete(ctx, c, &request); err != nil {
		return nil, nil, err
	}
	prepared, err := e.Prepare(ctx, request)
	return e, prepared, err
}

// check looks whether the cluster is ready for the verb, and decides for one when none is given.
func (r *runOptions) check(ctx context.Context, e *engine.Engine, c *clients) error {
	if r.verb != "" {
		if err := e.Preflight(ctx, c.namespace); err != nil {
			return err
		}
		return r.checkDetached(ctx, c)
	}
	if err := e.Look(ctx, c.namespace); err != nil {
		return err
	}
	return r.decideVerb(ctx, e, c)
}

func (o *options) engine(c *clients) (*engine.Engine, error) {
	h, err := o.helm(c.namespace)
	if err != nil {
		return nil, err
	}
	parts, err := components.New(c.config, c.namespace, nil)
	if err != nil {
		return nil, err
	}
	return &engine.Engine{Kube: c.kube, Client: c.client, Helm: h, Components: parts}, nil
}

// loadFromDisk loads the driver when --driver is a directory.
func (r *runOptions) loadFromDisk(request *engine.Request) error {
	if !isPath(r.driver) {
		return nil
	}
	d, err := r.loadDriverDir(r.driver)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(d.Dir)
	request.Driver, request.Register, request.ChartDir = d, true, dir
	return err
}

// isPath tells a directory from a registered driver's name.
func isPath(ref string) bool {
	if ref == "" {
		return false
	}
	if strings.ContainsRune(ref, filepath.Separator) || strings.ContainsRune(ref, '/') || strings.HasPrefix(ref, ".") {
		return true
	}
	_, err := os.Stat(ref)
	return err == nil
}

// complete finds the driver and works out the deployment as it shall be: what
// is stored, with what the command line says over it.
func (r *runOptions) complete(ctx context.Context, c *clients, request *engine.Request) error {
	desired := &v1.StyrminDeployment{}
	desired.Name, desired.Namespace = r.name, c.namespace
	var stored v1.StyrminDeployment
	err := c.client.Get(ctx, client.ObjectKeyFromObject(desired), &stored)
	switch {
	case err == nil && r.verb == engine.VerbUpgrade:
		desired.Spec = *stored.Spec.DeepCopy()
	case err != nil && !apierrors.IsNotFound(err):
		return fmt.Errorf("read StyrminDeployment %s/%s: %w", c.namespace, r.name, err)
	}
	if err := r.findDriver(ctx, c, request, desired.Spec.Driver); err != nil {
		return err
	}
	request.Desired = desired
	return r.apply(&desired.Spec, request.Driver)
}

// findDriver reads the registered driver when none was loaded from disk.
func (r *runOptions) findDriver(ctx context.Context, c *clients, request *engine.Request, stored string) error {
	if request.Driver != nil {
		return nil
	}
	name := r.driver
	if name == "" {
		name = stored
	}
	if name == "" {
		return &problemsError{message: fmt.Sprintf("no StyrminDeployment %s in namespace %s\nCreate it with `kubectl styrmin setup %s --driver …`, or name the driver to adopt a Helm release", r.name, c.namespace, r.name)}
	}
	d, err := engine.Registered(ctx, c.client, name)
	if err != nil {
		return err
	}
	if d == nil {
		return noDriver(name)
	}
	request.Driver = d
	if d.Partial && len(d.Object.Spec.Actions) > 0 {
		return withoutFiles(name)
	}
	// It may have been registered while the webhook was down, or before a rule was made.
	return r.accept("the registered driver "+name, lint.Check(d, lint.Inputs{}))
}

// apply puts the command line's settings over a spec.
func (r *runOptions) apply(spec *v1.StyrminDeploymentSpec, d *driver.Driver) error {
	spec.Driver = d.Object.Name
	if r.inputs.version != "" {
		spec.Version = r.inputs.version
	}
	if spec.Version == "" {
		spec.Version = d.Object.Spec.DefaultVersion
	}
	if r.release != "" {
		spec.Release = r.release
	}
	for _, name := range r.sensitive {
		if !slices.Contains(spec.Sensitive, name) {
			spec.Sensitive = append(spec.Sensitive, name)
		}
	}
	if err := r.jobs.apply(&spec.Jobs); err != nil {
		return err
	}
	return r.applyParameters(spec, d.Object.Spec.Parameters)
}

// applyParameters puts the values file and then --set over a spec's parameters.
func (r *runOptions) applyParameters(spec *v1.StyrminDeploymentSpec, declared []v1.Parameter) error {
	if spec.Parameters == nil {
		spec.Parameters = map[string]apiextensionsv1.JSON{}
	}
	given, err := r.inputs.read()
	if err != nil {
		return err
	}
	parameters, err := given.Parameters(declared)
	maps.Copy(spec.Parameters, parameters)
	return err
}
