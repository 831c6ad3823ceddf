package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// vaultCommand is what runs in the pod that has the volume of backups. The primitives
// about backups call it there; nobody else does.
func (r *Runner) vaultCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "vault", Short: "Keep backups in a directory, in the pod that has their volume", Hidden: true}
	cmd.AddCommand(
		r.vaultServe(),
		r.vaultVerb("put DIR", 1, func(args []string) (any, error) { return vault.Vault(args[0]).Put(vault.Unframed(r.In)) }),
		r.vaultVerb("discard DIR PART", 2, func(args []string) (any, error) { return nil, vault.Vault(args[0]).Discard(args[1]) }),
		r.vaultVerb("commit DIR PART", 2, func(args []string) (any, error) {
			var m vault.Manifest
			if err := json.NewDecoder(r.In).Decode(&m); err != nil {
				return nil, fmt.Errorf("read the manifest: %w", err)
			}
			return vault.Vault(args[0]).Commit(args[1], m)
		}),
		r.vaultVerb("find DIR COMPONENT NAME", 3, func(args []string) (any, error) { return orNone(vault.Vault(args[0]).Find(args[1], args[2])) }),
		r.vaultVerb("check DIR COMPONENT NAME", 3, func(args []string) (any, error) { return orNone(vault.Vault(args[0]).Check(args[1], args[2])) }),
		r.vaultVerb("list DIR", 1, func(args []string) (any, error) { return vault.Vault(args[0]).List() }),
		r.vaultVerb("remove DIR COMPONENT NAME", 3, func(args []string) (any, error) {
			err := vault.Vault(args[0]).Remove(args[1], args[2])
			if errors.Is(err, vault.ErrNone) {
				return false, nil
			}
			return true, err
		}),
		&cobra.Command{Use: "get DIR COMPONENT NAME", Args: cobra.ExactArgs(3), RunE: func(_ *cobra.Command, args []string) error {
			return r.vaultFailed(r.whileWanted(func() error {
				_, err := vault.Vault(args[0]).Get(args[1], args[2], r.Out)
				return err
			}))
		}},
	)
	return cmd
}

// errUnwanted is how a program ends whose output nobody reads any more.
var errUnwanted = errors.New("nobody wants the rest")

// whileWanted does something for as long as standard input lasts, which whoever wants it
// keeps open. When that is killed, Kubernetes leaves the output as it is: to write it
// would never end.
func (r *Runner) whileWanted(do func() error) error {
	done, unwanted := make(chan error, 1), make(chan struct{})
	go func() { done <- do() }()
	go func() { _, _ = io.Copy(io.Discard, r.In); close(unwanted) }()
	select {
	case err := <-done:
		return err
	case <-unwanted:
		return errUnwanted
	}
}

// orNone answers null for a backup that there is not.
func orNone(m vault.Manifest, err error) (any, error) {
	if errors.Is(err, vault.ErrNone) {
		return nil, nil
	}
	return m, err
}

// vaultVerb writes its answer as JSON.
func (r *Runner) vaultVerb(use string, args int, do func([]string) (any, error)) *cobra.Command {
	return &cobra.Command{Use: use, Args: cobra.ExactArgs(args), RunE: func(_ *cobra.Command, args []string) error {
		answer, err := do(args)
		if err != nil {
			return r.vaultFailed(err)
		}
		return json.NewEncoder(r.Out).Encode(answer)
	}}
}

func (r *Runner) vaultFailed(err error) error {
	if err == nil {
		return nil
	}
	fmt.Fprintln(r.Err, err)
	return exitError(ExitFailed)
}
