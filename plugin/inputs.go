package plugin

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// inputFlags say what an operator gives to a driver.
type inputFlags struct {
	version     string
	set         []string
	valuesFile  string
	contextFile string
}

func (f *inputFlags) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&f.version, "version", "", "The application version.")
	flags.StringArrayVar(&f.set, "set", nil, "Set a parameter, as NAME=VALUE; may be repeated.")
	flags.StringVar(&f.valuesFile, "values-file", "", "YAML file with parameters by name; --set wins over it.")
}

// addContextFile is for the verbs that need no deployment.
func (f *inputFlags) addContextFile(flags *pflag.FlagSet) {
	flags.StringVar(&f.contextFile, "context-file", "", "YAML file that is merged over what the template sees, such as `instance: {config: {…}}`.")
}

// validate checks the command line; it reads no file.
func (f *inputFlags) validate() error {
	for i, set := range f.set {
		// What was given is not shown: it may be a value whose name was forgotten.
		if name, _, ok := strings.Cut(set, "="); !ok || name == "" {
			return usagef("--set number %d: expected NAME=VALUE, found no name and '='", i+1)
		}
	}
	return nil
}

// read reads the files that the flags name.
func (f *inputFlags) read() (lint.Inputs, error) {
	in := lint.Inputs{Version: f.version, Set: f.set, Values: map[string]apiextensionsv1.JSON{}, Context: map[string]any{}}
	if err := readMapping("--values-file", f.valuesFile, "parameters' names to their values, such as `replicas: 3`", &in.Values); err != nil {
		return lint.Inputs{}, err
	}
	return in, readMapping("--context-file", f.contextFile, "the context's names to what they hold, such as `cluster: {region: north}`", &in.Context)
}

// readMapping decodes a YAML file that holds a mapping; no name means no file.
func readMapping(flag, name, what string, into any) error {
	if name == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Clean(name))
	if err != nil {
		return &problemsError{message: fmt.Sprintf("%s: %v", flag, err)}
	}
	asJSON, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return &problemsError{message: fmt.Sprintf("%s %s: expected YAML, found: %v", flag, name, err)}
	}
	if err := json.Unmarshal(asJSON, into); err != nil {
		return &problemsError{message: fmt.Sprintf("%s %s: expected a mapping from %s", flag, name, what)}
	}
	return nil
}
