package plugin

import (
	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/driver/jsonschema"
)

func newSchemaCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of driver.styrmin.yml, for editors",
		GroupID: groupAuthor,
		Example: "  kubectl styrmin schema > driver.schema.json\n  # then, as the first line of driver.styrmin.yml:\n  # yaml-language-server: $schema=driver.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			schema, err := jsonschema.Driver()
			if err != nil {
				return err
			}
			_, err = o.Out.Write(schema)
			return err
		},
	}
}
