package plugin

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// jobFlags say how the actions' Jobs run. What is not given stays as the
// StyrminDeployment has it.
type jobFlags struct {
	image          string
	runnerImage    string
	serviceAccount string
	timeout        time.Duration
	runTimeout     time.Duration
	retries        int32
	actionTimeouts []string
	actionRetries  []string

	given func(flag string) bool
}

// defaultTimeout bounds each action and Helm's wait unless --timeout says otherwise.
const defaultTimeout = 30 * time.Minute

// mostRetries is the bound of the StyrminDeployment's schema.
const mostRetries = 10

func (f *jobFlags) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&f.image, "job-image", "", "Image that runs the actions: Python 3.10 or newer with Prefect 3.")
	flags.StringVar(&f.runnerImage, "runner-image", "", "Image that carries styrmin-runner.")
	flags.StringVar(&f.serviceAccount, "service-account", "", "Service account that the actions run as.")
	flags.DurationVar(&f.timeout, "timeout", defaultTimeout, "Bound for each action, and for Helm's wait until the release is ready.")
	flags.DurationVar(&f.runTimeout, "run-timeout", 0, "Bound for this command's work on the run; then its actions are stopped (default: none).")
	flags.Int32Var(&f.retries, "retries", 0, "How often a failed pod of an action is started again, with backoff.")
	flags.StringArrayVar(&f.actionTimeouts, "action-timeout", nil, "Bound for one action, as ACTION=DURATION; may be repeated.")
	flags.StringArrayVar(&f.actionRetries, "action-retries", nil, "Retries of one action, as ACTION=NUMBER; may be repeated.")
	f.given = flags.Changed
}

// validate checks the command line.
func (f *jobFlags) validate() error {
	if f.timeout < time.Second {
		return usagef("--timeout %s: expected at least 1s", f.timeout)
	}
	if f.given("run-timeout") && f.runTimeout != 0 && f.runTimeout < time.Second {
		return usagef("--run-timeout %s: expected at least 1s, or 0 for no bound", f.runTimeout)
	}
	if f.retries < 0 || f.retries > mostRetries {
		return usagef("--retries %d: expected a number from 0 to %d", f.retries, mostRetries)
	}
	return f.overrideActions(&v1.JobSettings{})
}

// apply puts the flags over a deployment's settings.
func (f *jobFlags) apply(settings *v1.JobSettings) error {
	for target, value := range map[*string]string{&settings.Image: f.image, &settings.RunnerImage: f.runnerImage, &settings.ServiceAccount: f.serviceAccount} {
		if value != "" {
			*target = value
		}
	}
	if f.given("timeout") || settings.TimeoutSeconds == 0 {
		settings.TimeoutSeconds = seconds(f.timeout)
	}
	if f.given("run-timeout") {
		settings.RunTimeoutSeconds = seconds(f.runTimeout)
	}
	if f.given("retries") {
		settings.Retries = f.retries
	}
	return f.overrideActions(settings)
}

// overrideActions reads ACTION=VALUE into the settings of single actions.
func (f *jobFlags) overrideActions(settings *v1.JobSettings) error {
	for _, given := range f.actionTimeouts {
		action, text, _ := strings.Cut(given, "=")
		timeout, err := time.ParseDuration(text)
		if action == "" || err != nil || timeout < time.Second {
			return usagef("--action-timeout %s: expected ACTION=DURATION of at least 1s, such as back_up=2h", given)
		}
		override(settings, action, func(own *v1.ActionSettings) { own.TimeoutSeconds = seconds(timeout) })
	}
	for _, given := range f.actionRetries {
		action, text, _ := strings.Cut(given, "=")
		retries, err := strconv.ParseUint(text, 10, 31)
		if action == "" || err != nil || retries > mostRetries {
			return usagef("--action-retries %s: expected ACTION=NUMBER from 0 to %d, such as back_up=3", given, mostRetries)
		}
		override(settings, action, func(own *v1.ActionSettings) { own.Retries = new(int32(retries)) })
	}
	return nil
}

func override(settings *v1.JobSettings, action string, change func(*v1.ActionSettings)) {
	if settings.Actions == nil {
		settings.Actions = map[string]v1.ActionSettings{}
	}
	own := settings.Actions[action]
	change(&own)
	settings.Actions[action] = own
}

func seconds(d time.Duration) int64 { return int64(d.Seconds()) }
