package runner

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestServeVault: it ends when nothing has run beside it for the time, and not before.
func TestServeVault(t *testing.T) {
	const idle = 20 * time.Millisecond
	var since time.Time
	looks := 0
	ended := serveVault(t.Context(), idle, func() bool {
		if looks++; looks < 30 {
			since = time.Now()
			return false
		}
		return true
	})
	if took := time.Since(since); !ended || looks < 30 || took < idle {
		t.Errorf("ended %v after %d looks, %s after the last process; expected at least %s", ended, looks, took, idle)
	}
}

// TestServeVaultDeleted: the end of its pod ends it as soon as nothing runs beside it.
func TestServeVaultDeleted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	looks := 0
	ended := serveVault(ctx, time.Hour, func() bool { looks++; return looks == 3 })
	if ended || looks != 3 {
		t.Errorf("it says that nothing was asked: %v, after %d looks; expected that it was told to end, when it was alone", ended, looks)
	}
}

func TestAlone(t *testing.T) {
	proc := t.TempDir()
	for _, name := range []string{"1", "self", "cpuinfo"} {
		if err := os.Mkdir(filepath.Join(proc, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if !alone(proc, 1) {
		t.Error("not alone, expected to be the only process")
	}
	if err := os.Mkdir(filepath.Join(proc, "27"), 0o700); err != nil {
		t.Fatal(err)
	}
	if alone(proc, 1) {
		t.Error("alone, expected process 27 to be seen")
	}
	if alone(filepath.Join(proc, "gone"), 1) {
		t.Error("alone, expected that nobody ends who cannot see")
	}
}

// TestWhileWanted: what is written to somebody who is gone ends when standard input does.
func TestWhileWanted(t *testing.T) {
	blocked, nobodyReads := io.Pipe()
	defer blocked.Close()
	r := &Runner{Streams: Streams{In: strings.NewReader("")}}
	err := r.whileWanted(func() error { _, err := nobodyReads.Write([]byte("data")); return err })
	if !errors.Is(err, errUnwanted) {
		t.Errorf("error %v, expected that nobody wants it", err)
	}
	wanted, end := io.Pipe()
	defer end.Close()
	r.In = wanted
	if err := r.whileWanted(func() error { return io.ErrShortWrite }); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("error %v, expected what is done's own", err)
	}
}
