package plugin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

// renderOptions are the flags of `render`.
type renderOptions struct {
	*options
	inputs inputFlags
	output string
	text   bool
	path   string
}

const renderLong = `Print the Helm values that a driver's template renders to, without a cluster.
PATH is the driver's directory or its driver.styrmin.yml; without one, it is the current directory.

The template sees app, cluster, components, deployment, environment, instance, parameters and services.
A file given by --context-file is merged over them key by key: what only a cluster knows, such as

  cluster: {region: north}
  instance: {namespace: prod, config: {ingress_class: nginx}}
  services: {web: {primary_fqdn: notes.example.com}}
  components: {server: {env_vars: {LOG_LEVEL: debug}}}`

const renderExample = `  # with the driver's defaults, and a required parameter
  kubectl styrmin render examples/notes --set owner_email=me@example.com

  # the text before it is read as YAML, to find out why it is none
  kubectl styrmin render examples/notes --set owner_email=me@example.com --text`

func newRenderCommand(o *options) *cobra.Command {
	r := &renderOptions{options: o, path: "."}
	cmd := &cobra.Command{
		Use:     "render [PATH]",
		Short:   "Print the Helm values of a driver",
		Long:    renderLong,
		GroupID: groupAuthor,
		Example: renderExample,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				r.path = args[0]
			}
			if err := r.validate(cmd.Flags().Changed("output")); err != nil {
				return err
			}
			return r.run()
		},
	}
	flags := cmd.Flags()
	r.inputs.addFlags(flags)
	r.inputs.addContextFile(flags)
	flags.StringVarP(&r.output, "output", "o", "yaml", "Output format: yaml or json.")
	flags.BoolVar(&r.text, "text", false, "Print the rendered text as it is, even when it is not valid YAML.")
	return cmd
}

// validate checks the command line; it reads no file.
func (r *renderOptions) validate(outputGiven bool) error {
	if formats := []string{"yaml", "json"}; !slices.Contains(formats, r.output) {
		return usagef("-o %s: expected %s", r.output, oneOf(formats))
	}
	if r.text && outputGiven {
		return usagef("-o %s and --text: expected one of the two", r.output)
	}
	return r.inputs.validate()
}

func (r *renderOptions) run() error {
	in, err := r.inputs.read()
	if err != nil {
		return err
	}
	in.NoSamples = true
	d, found := driver.LoadDir(r.path)
	if d != nil {
		found = append(found, aboutValues(lint.Check(d, in))...)
	}
	found.Sort()
	if err := diagnostic.WriteText(r.ErrOut, found, diagnostic.TextOptions{Color: r.terminal.ErrColor}); err != nil {
		return err
	}
	if r.text && d != nil {
		r.printText(d, in)
	}
	if found.HasErrors() {
		fmt.Fprintf(r.ErrOut, "error: the driver in %s has %s; it has no values with these inputs\n", r.path, count(len(found.Errors()), "error"))
		return &problemsError{message: "problems found", shown: true}
	}
	if r.text {
		return nil
	}
	return r.printValues(d, in)
}

// aboutValues are the problems that keep the values from being rendered.
func aboutValues(found diagnostic.List) diagnostic.List {
	return slices.DeleteFunc(found, func(d diagnostic.Diagnostic) bool {
		return d.Rule != "inputs" && !strings.HasPrefix(d.Rule, "values-")
	})
}

// printText prints what comes out, if anything does; what is wrong with it has been said.
func (r *renderOptions) printText(d *driver.Driver, in lint.Inputs) {
	resolved, err := lint.Resolve(d, in, lint.SampleChart(d))
	if err != nil || len(resolved.Sampled) > 0 {
		return
	}
	template, err := values.Parse(v1.ValuesFile, d.Files[v1.ValuesFile])
	if err != nil {
		return
	}
	if rendered, err := template.Render(resolved.Variables); err == nil {
		fmt.Fprintln(r.Out, rendered.Text())
	}
}

func (r *renderOptions) printValues(d *driver.Driver, in lint.Inputs) error {
	resolved, err := lint.Resolve(d, in, lint.SampleChart(d))
	if err != nil {
		return err
	}
	rendered, err := resolved.Values(d)
	if err != nil {
		return err
	}
	var out []byte
	if r.output == "json" {
		out, err = json.MarshalIndent(rendered, "", "  ")
		out = append(out, '\n')
	} else {
		out, err = yaml.Marshal(rendered)
	}
	if err != nil {
		return err
	}
	_, err = r.Out.Write(out)
	return err
}
