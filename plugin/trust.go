package plugin

import (
	"github.com/spf13/pflag"

	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// trustFlags say whose charts are deployed; they are Helm's.
type trustFlags struct {
	verify  bool
	keyring string
	given   func(flag string) bool
}

func (f *trustFlags) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&f.verify, "verify", false, "Refuse a chart that is not signed by a key of --keyring: its provenance file has to lie beside its archive.")
	flags.StringVar(&f.keyring, "keyring", "", "File with public keys for --verify (default: GnuPG's pubring.gpg, as for helm).")
	f.given = flags.Changed
}

func (f *trustFlags) validate() error {
	if f.given("keyring") && !f.verify {
		return usagef("--keyring has the keys to verify the chart with: give --verify, too")
	}
	return nil
}

// wanted is the keyring to verify with; empty verifies nothing.
func (f *trustFlags) wanted() string {
	switch {
	case !f.verify:
		return ""
	case f.keyring == "":
		return helm.DefaultKeyring()
	}
	return f.keyring
}
