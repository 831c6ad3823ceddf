package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// installOptions are what `install` takes.
type installOptions struct {
	*options
	install.Options
	output  string
	wait    bool
	timeout time.Duration
}

func newInstallCommand(o *options) *cobra.Command {
	i := &installOptions{options: o}
	cmd := &cobra.Command{
		Use:     "install",
		Short:   "Install the CRDs, the roles and the admission webhook",
		Long:    "Install the CRDs, the roles and the admission webhook into the cluster. Run it again to upgrade.\nNothing is held before a namespace opts in: see `kubectl styrmin prepare`.",
		Example: "  kubectl styrmin install --prefect\n  kubectl styrmin install -o yaml > styrmin.yaml",
		GroupID: groupAdmin,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if i.output != "" && i.output != outputYAML {
				return usagef("--output: found %q, expected %s", i.output, outputYAML)
			}
			if i.FailurePolicy != "Fail" && i.FailurePolicy != "Ignore" {
				return usagef("--failure-policy: found %q, expected Fail or Ignore", i.FailurePolicy)
			}
			return i.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&i.Image, "image", install.DefaultImage, "Image of the webhook and the runner.")
	flags.StringVar(&i.ActionImage, "action-image", install.DefaultPrefectImage, "Image of actions where a StyrminDeployment names none; trusted in every namespace.")
	flags.BoolVar(&i.Prefect, "prefect", false, "Install a Prefect server, too.")
	flags.StringVar(&i.PrefectImage, "prefect-image", install.DefaultPrefectImage, "Image of the Prefect server.")
	flags.StringVar(&i.PrefectStorage, "prefect-storage", "", "StorageClass of the Prefect server's data (default: the cluster's default one); none keeps the data in the pod, and loses it with the pod.")
	flags.IntVar(&i.Replicas, "replicas", 0, "Replicas of the webhook; 0 means two.")
	flags.StringVar(&i.FailurePolicy, "failure-policy", "Fail", "While the webhook is down: Fail holds every change of releases in namespaces that enforce, Ignore lets every one through.")
	flags.BoolVar(&i.Monitoring, "monitoring", false, "Install alerts and a dashboard, too; it needs the Prometheus operator.")
	flags.BoolVar(&i.wait, "wait", true, "Wait until the webhook answers.")
	flags.DurationVar(&i.timeout, "timeout", 3*time.Minute, "How long to wait.")
	flags.StringVarP(&i.output, "output", "o", "", "yaml: print the manifests instead of applying them.")
	return cmd
}

const outputYAML = "yaml"

func (i *installOptions) run(ctx context.Context) error {
	objects, err := install.Render(i.Options)
	if err != nil {
		return err
	}
	if i.output == outputYAML {
		data, err := install.YAML(objects)
		if err != nil {
			return err
		}
		_, err = i.Out.Write(data)
		return err
	}
	installer, err := i.installer()
	if err != nil {
		return err
	}
	if err := install.CheckStorage(ctx, installer.Client, i.Options); err != nil {
		return err
	}
	if err := installer.Apply(ctx, objects); err != nil {
		return err
	}
	if i.wait {
		if err := i.await(ctx, installer); err != nil {
			return err
		}
	}
	fmt.Fprintln(i.Out, "styrmin is installed. Next: kubectl styrmin prepare NAMESPACE")
	return nil
}

// await waits for all that was installed, within one deadline.
func (i *installOptions) await(ctx context.Context, installer install.Installer) error {
	end := time.Now().Add(i.timeout)
	names := []string{install.WebhookName}
	if i.Prefect {
		names = append(names, install.PrefectName)
	}
	for _, name := range names {
		if err := installer.WaitReady(ctx, name, time.Until(end)); err != nil {
			return err
		}
	}
	return installer.WaitAnswering(ctx, max(time.Until(end), 10*time.Second))
}

// installer applies with the user's own permissions and reports to stderr.
func (o *options) installer() (install.Installer, error) {
	c, err := o.connect()
	if err != nil {
		return install.Installer{}, err
	}
	return install.Installer{Client: c.client, Report: func(line string) { fmt.Fprintln(o.ErrOut, line) }}, nil
}
