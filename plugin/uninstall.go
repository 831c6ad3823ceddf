package plugin

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

func newUninstallCommand(o *options) *cobra.Command {
	var crds bool
	cmd := &cobra.Command{
		Use:     "uninstall",
		Short:   "Remove the webhook, the roles and the Prefect server",
		Long:    "Remove what `install` made, the webhook's configurations first, so that nothing is held from then on. The Prefect server goes with its data.\nDrivers and deployments stay, unless --crds is given; applications and Helm releases always stay.",
		GroupID: groupAdmin,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			objects, err := install.Render(install.Options{Prefect: true, Monitoring: true})
			if err != nil {
				return err
			}
			installer, err := o.installer()
			if err != nil {
				return err
			}
			if !crds {
				objects = withoutCRDs(objects)
			}
			if err := installer.Remove(cmd.Context(), objects); err != nil {
				return err
			}
			fmt.Fprintln(o.Out, "styrmin is uninstalled. Namespaces keep the label styrmin.io/gate, which means nothing now.")
			return nil
		},
	}
	cmd.Flags().BoolVar(&crds, "crds", false, "Delete the CRDs, too, and with them every driver, deployment and record of runs.")
	return cmd
}

func withoutCRDs(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	var rest []*unstructured.Unstructured
	for _, object := range objects {
		if object.GetKind() != "CustomResourceDefinition" {
			rest = append(rest, object)
		}
	}
	return rest
}
