package progress_test

import (
	"bytes"
	"testing"

	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

func TestScreen(t *testing.T) {
	width, height := 5, 4
	var out bytes.Buffer
	screen := progress.NewScreen(&out, func() (int, int) { return width, height })
	for _, step := range []struct{ text, want string }{
		{"one\ntwo\n", "\r\x1b[Jone\ntwo\n"},
		{"1\n2\n3\n4\n5\n", "\x1b[2A\r\x1b[J1\n2\n3\n"},
		{"→→→→→→→\n", "\x1b[3A\r\x1b[J→→→→→\n"},
		{"", "\x1b[1A\r\x1b[J\n"},
	} {
		out.Reset()
		if err := screen.Draw(step.text); err != nil {
			t.Fatal(err)
		}
		if found := out.String(); found != step.want {
			t.Errorf("%q: found %q, expected %q", step.text, found, step.want)
		}
	}
	out.Reset()
	if err := screen.Finish("longer than the terminal is wide\n"); err != nil || out.String() != "\x1b[1A\r\x1b[Jlonger than the terminal is wide\n" {
		t.Errorf("%v, found %q", err, out.String())
	}
	height = 0
	if rows := screen.Rows(); rows != 1 {
		t.Errorf("%d rows", rows)
	}
}
