package plugin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

func TestWriteBackups(t *testing.T) {
	made := time.Date(2026, 5, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	var out strings.Builder
	err := writeBackups(&out, []components.Backup{
		{Component: "cache", Name: "b1", Kind: "mariadb", Bytes: 1023, MadeAt: made},
		{Component: "database", Name: "before-2.0.0", Kind: "postgres", Bytes: 3 << 29, MadeAt: made},
		{Component: "database", Name: "torn", Damage: "it has no manifest.json"},
	})
	const want = `COMPONENT   NAME           KIND       SIZE      MADE
cache       b1             mariadb    1023 B    2026-05-01T11:00:00Z
database    before-2.0.0   postgres   1.5 GiB   2026-05-01T11:00:00Z
database    torn           -          -         damaged: it has no manifest.json
`
	if err != nil || out.String() != want {
		t.Errorf("%v, found\n%s\nexpected\n%s", err, &out, want)
	}
}

func TestByteCount(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 B", 1 << 10: "1.0 KiB", 1<<20 - 1: "1024.0 KiB", 1 << 20: "1.0 MiB", 5 << 40: "5.0 TiB", 1<<63 - 1: "8.0 EiB"} {
		if found := byteCount(bytes); found != want {
			t.Errorf("%d is %s, expected %s", bytes, found, want)
		}
	}
}

// TestWantedBackups: of the components that are asked for, also of one that is not declared any more.
func TestWantedBackups(t *testing.T) {
	all := func() []components.Backup { return []components.Backup{{Component: "database"}, {Component: "former"}} }
	declared := components.Set{}
	for _, name := range []string{"database", "cache"} {
		declared[name] = components.Component{Name: name, Labels: map[string]string{"component": name}}
	}
	for names, want := range map[string]int{"": 2, "database": 1, "former": 1, "cache": 0, "database former cache": 2} {
		b := &componentBackups{componentOptions: componentOptions{names: strings.Fields(names)}}
		found, err := b.wanted(all(), declared)
		if err != nil || len(found) != want {
			t.Errorf("%q: %v, %v; expected %d", names, found, err, want)
		}
	}
	b := &componentBackups{componentOptions: componentOptions{names: []string{"database", "typo"}}}
	var unknown *components.UnknownError
	if _, err := b.wanted(all(), declared); !errors.As(err, &unknown) {
		t.Errorf("error %v, expected that the component is unknown", err)
	}
}
