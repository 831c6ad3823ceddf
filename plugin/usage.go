package plugin

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// usageError is a mistake on the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// seeHelp points at the verb's help.
func seeHelp(cmd *cobra.Command) string { return fmt.Sprintf("see `%s --help`", cmd.CommandPath()) }

// flagError says what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	return usagef("%w; %s", err, seeHelp(cmd))
}

// usageErrors makes every verb answer arguments that do not fit with what was
// found, what was expected, and where the help is.
func usageErrors(cmd *cobra.Command) {
	if accepts := cmd.Args; accepts != nil {
		cmd.Args = func(cmd *cobra.Command, given []string) error {
			err := accepts(cmd, given)
			switch {
			case err == nil:
				return nil
			case cmd.HasAvailableSubCommands() && len(given) > 0:
				return unknownVerb(cmd, given[0])
			default:
				return usagef("found %s, expected: %s; %s", count(len(given), "argument"), cmd.UseLine(), seeHelp(cmd))
			}
		}
	}
	for _, sub := range cmd.Commands() {
		usageErrors(sub)
	}
}

// checkName refuses what cannot be the name of a deployment or a namespace.
func checkName(what, name string) error {
	if len(validation.IsDNS1123Label(name)) == 0 {
		return nil
	}
	return usagef("%s: found %q, expected at most 63 lower-case letters, digits and '-', with a letter or digit at both ends", what, name)
}

func unknownVerb(cmd *cobra.Command, word string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := seeHelp(cmd)
	if near := diagnostic.Suggest(word, names); near != "" {
		hint = near + " " + hint
	}
	return usagef("%s has no command %q; %s", cmd.CommandPath(), word, hint)
}

// helpAndCompletion gives the two verbs that cobra adds the manners of the rest:
// of themselves they answer a wrong word with success.
func helpAndCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "completion":
			cmd.Args = cobra.NoArgs
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		case "help":
			cmd.Run, cmd.RunE = nil, help
		}
	}
}

// help shows the help of the verb that the words name.
func help(cmd *cobra.Command, words []string) error {
	found, rest, err := cmd.Root().Find(words)
	switch {
	case err != nil:
		return &usageError{err}
	case len(rest) > 0:
		return unknownVerb(found, strings.Join(rest, " "))
	}
	return found.Help()
}
