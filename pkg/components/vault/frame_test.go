package vault_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// TestFrames: what is framed comes out as it was, whatever the pieces are in which it is read.
func TestFrames(t *testing.T) {
	for name, data := range map[string]string{"empty": "", "a byte": "x", "zeros": "\x00\x00\x00\x00\x00", "many frames": strings.Repeat("0123456789", 20_000)} {
		for by, pieces := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader, "the end with the data": iotest.DataErrReader,
		} {
			t.Run(name+"/"+by, func(t *testing.T) {
				framed := pieces(vault.Framed(pieces(strings.NewReader(data))))
				got, err := io.ReadAll(pieces(vault.Unframed(framed)))
				if err != nil || string(got) != data {
					t.Errorf("%d bytes, %v; expected the %d that were framed", len(got), err, len(data))
				}
			})
		}
	}
}

// TestCutAnywhere: wherever a stream of frames ends early, it is not whole.
func TestCutAnywhere(t *testing.T) {
	framed, err := io.ReadAll(vault.Framed(io.MultiReader(strings.NewReader("first"), strings.NewReader("second"))))
	if err != nil {
		t.Fatal(err)
	}
	for length := range framed {
		if _, err := io.ReadAll(vault.Unframed(bytes.NewReader(framed[:length]))); !errors.Is(err, vault.ErrCut) {
			t.Errorf("%d of %d bytes: error %v, expected that the data broke off", length, len(framed), err)
		}
	}
}

// TestFrameFails: the sender's own error reaches whoever reads the frames, and is no end.
func TestFrameFails(t *testing.T) {
	framed, err := io.ReadAll(vault.Framed(io.MultiReader(strings.NewReader("data"), failing{})))
	if err == nil || err.Error() != "broken" {
		t.Errorf("error %v, expected the reader's", err)
	}
	if _, err := io.ReadAll(vault.Unframed(bytes.NewReader(framed))); !errors.Is(err, vault.ErrCut) {
		t.Errorf("error %v, expected that the data broke off", err)
	}
}

// TestPutCut: what a killed sender has sent does not stay.
func TestPutCut(t *testing.T) {
	dir := t.TempDir()
	framed, err := io.ReadAll(vault.Framed(strings.NewReader("data")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Vault(dir).Put(vault.Unframed(bytes.NewReader(framed[:len(framed)-1]))); !errors.Is(err, vault.ErrCut) {
		t.Errorf("error %v, expected that the data broke off", err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".parts")); len(left) > 0 {
		t.Errorf("%d parts are left", len(left))
	}
}
