package plugin

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/runner/python"
)

const sdkLong = `Write the Python package ` + python.Package + `, which actions import, below DIR. In the cluster it is there by
itself; on your own machine it tells an editor and a type checker what there is. Run it again after an update of
this program. A file that it did not write, or that you changed, is never overwritten.`

// sdkNext says what makes editors and type checkers find the package.
const sdkNext = `%[1]s is in %[2]s. To let an editor and a type checker find it:
  Prefect        pip install "prefect>=3,<4"
  pyproject.toml [tool.pyright]             # VS Code and others
                 extraPaths = [%[2]q]
                 [tool.mypy]
                 mypy_path = %[2]q
  .gitignore     %[2]s/
`

func newSDKCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "sdk DIR",
		Short:   "Write the Python package that actions import, for editors and type checkers",
		Long:    sdkLong,
		GroupID: groupAuthor,
		Example: "  kubectl styrmin sdk .sdk\n  MYPYPATH=.sdk mypy --strict actions.py",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			err := python.Update(args[0])
			var foreign *python.ForeignError
			switch {
			case errors.As(err, &foreign):
				return &problemsError{message: fmt.Sprintf("%s: %v\nNothing was written. Give another directory, or move them away.", args[0], err)}
			case err != nil:
				return &problemsError{message: fmt.Sprintf("%v\nGive a directory that you may write to.", err)}
			}
			fmt.Fprintf(o.Out, sdkNext, python.Package, args[0])
			return nil
		},
	}
}
