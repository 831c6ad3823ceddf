package helm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	pgp "github.com/ProtonMail/go-crypto/openpgp/errors"
	"helm.sh/helm/v3/pkg/provenance"
)

// DefaultKeyring is where Helm looks for public keys unless it is told otherwise.
func DefaultKeyring() string {
	if home, ok := os.LookupEnv("GNUPGHOME"); ok {
		return filepath.Join(home, "pubring.gpg")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".gnupg", "pubring.gpg")
}

// verify checks that the archive is what somebody signed whose public key is in the keyring.
func (a archive) verify(keyring string) error {
	// The keyring first: nothing needs to be fetched to find that it is missing.
	signatory, err := provenance.NewFromKeyring(keyring, "")
	if err != nil {
		return fmt.Errorf("%w: keyring %s: %w; expected public keys as `gpg --export` writes them", ErrUnverified, keyring, err)
	}
	signature, err := a.provenance()
	switch {
	case errors.Is(err, ErrUnreachable):
		return fmt.Errorf("%s.prov: %w", a.name, err)
	case err != nil:
		return fmt.Errorf("%w: it is not signed: there is no provenance file %s.prov with it (%w)", ErrUnverified, a.name, err)
	}
	dir, err := os.MkdirTemp("", "styrmin-provenance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, a.name)
	if err := errors.Join(os.WriteFile(path, a.data, 0o600), os.WriteFile(path+".prov", signature, 0o600)); err != nil {
		return err
	}
	_, err = signatory.Verify(path, path+".prov")
	switch {
	case errors.Is(err, pgp.ErrUnknownIssuer):
		return fmt.Errorf("%w: it is signed, but by none of the keys in keyring %s", ErrUnverified, keyring)
	case err != nil:
		return fmt.Errorf("%w: it is not what was signed: %w", ErrUnverified, err)
	}
	return nil
}
