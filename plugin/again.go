package plugin

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// unsafe are characters that a shell would take for something else.
var unsafe = regexp.MustCompile(`[^A-Za-z0-9_@%+=:,./-]`)

// again is the command line that goes on with what this one began: all of it but
// --until, and what was to run once more, which the run remembers.
func again(cmd *cobra.Command, args []string) string {
	return commandLine(cmd.CommandPath(), cmd, args, "until", "rerun", "from", "forget-pending")
}

// commandLine is a verb with the arguments and flags that were given to cmd, but
// some. It has no values of parameters or credentials, because it is shown where
// logs are kept.
func commandLine(verb string, cmd *cobra.Command, args []string, without ...string) string {
	words := append([]string{verb}, args...)
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		switch {
		case slices.Contains(without, flag.Name):
		case flag.Name == "set":
			words = append(words, assignments(flag)...)
		case flag.Name == "token":
			words = append(words, "--token=…")
		default:
			words = append(words, spell(flag)...)
		}
	})
	return strings.Join(words, " ")
}

// assignments are --set's names without their values.
func assignments(flag *pflag.Flag) []string {
	values, ok := flag.Value.(pflag.SliceValue)
	if !ok {
		return nil
	}
	var words []string
	for _, value := range values.GetSlice() {
		name, _, _ := strings.Cut(value, "=")
		words = append(words, "--set", quote(name)+"=…")
	}
	return words
}

func spell(flag *pflag.Flag) []string {
	if flag.Value.Type() == "bool" {
		return []string{fmt.Sprintf("--%s=%s", flag.Name, flag.Value)}
	}
	name := "--" + flag.Name
	if flag.Name == "namespace" {
		name = "-n"
	}
	if values, ok := flag.Value.(pflag.SliceValue); ok {
		var words []string
		for _, value := range values.GetSlice() {
			words = append(words, name, quote(value))
		}
		return words
	}
	return []string{name, quote(flag.Value.String())}
}

// quote makes a word that a POSIX shell reads as it is.
func quote(word string) string {
	if word != "" && !unsafe.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
