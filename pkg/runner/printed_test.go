package runner

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// instanceWith is a runner whose instance has this context.
func instanceWith(t *testing.T, context, sensitive string) *Runner {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "context"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "context", "context.json"), []byte(context), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"STYRMIN_INSTANCE_DIR": dir, "STYRMIN_SENSITIVE": sensitive, "STYRMIN_RUN": "x7k2m9qd", "STYRMIN_ACTION": "back_up"}
	return &Runner{Getenv: func(name string) string { return env[name] }, Termination: filepath.Join(dir, "log")}
}

func TestSecrets(t *testing.T) {
	r := instanceWith(t, `{"parameters": {"password": "pä/ss \"word\"", "inner": "ss \"word", "key": "first line\n  second line", "pin": 12345, "short": "abc", "debug": true}}`,
		"password,inner,key,pin,short,debug,absent")
	s, err := r.readSecrets()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`the password is pä/ss "word"!`:             `the password is ***!`,
		`{"p": "p\u00e4/ss \"word\""}`:              `{"p": "***"}`,
		`{"p": "pä/ss \"word\""}`:                   `{"p": "***"}`,
		`https://me:p%C3%A4%2Fss%20%22word%22@host`: `https://me:***@host`,
		`cMOkL3NzICJ3b3JkIg==`:                      `***`,
		`-----\n  second line of first line`:        `-----\n  *** of ***`,
		`pin=12345 abc true`:                        `pin=*** abc true`,
		`what is no secret`:                         `what is no secret`,
	} {
		if got := s.hide(text); got != want {
			t.Errorf("%s: found %s, expected %s", text, got, want)
		}
	}
}

// TestUnreadableSecrets: what cannot be masked is not printed.
func TestUnreadableSecrets(t *testing.T) {
	r := instanceWith(t, `no JSON`, "password")
	var out bytes.Buffer
	r.Streams, r.Args = Streams{Out: &out, Err: &out}, []string{"action", "actions.py::f"}
	if code := r.Run(t.Context()); code != ExitFailed || !strings.Contains(out.String(), "read the values to keep secret") {
		t.Errorf("exit code %d, output %q", code, out.String())
	}
}

func TestPrintedLines(t *testing.T) {
	r := instanceWith(t, `{"parameters": {"password": "hunter22"}}`, "password")
	s, err := r.readSecrets()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	line := r.stream(&out, s)
	long := strings.Repeat("x", longestLine)
	for _, part := range []string{"it is hun", "ter22\nsecond\n", "\nlast", " line", " without end\n" + long, "y"} {
		if n, err := line.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("%d bytes written, error %v", n, err)
		}
	}
	line.flush()
	line.flush()
	const tag = "run=x7k2m9qd action=back_up "
	want := tag + "it is ***\n" + tag + "second\n" + tag + "\n" + tag + "last line without end\n" + tag + long + "\n" + tag + "y\n"
	if out.String() != want {
		t.Errorf("found %.300q, expected %.300q", out.String(), want)
	}
}

// TestOutcomeHidesSecrets: the termination message becomes the operator's message and Events.
func TestOutcomeHidesSecrets(t *testing.T) {
	r := instanceWith(t, `{"parameters": {"password": "hunter22"}}`, "password")
	s, err := r.readSecrets()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	r.Err = &out
	_ = r.report("actions.py::f", Outcome{Outcome: Failed, Error: "login with hunter22 failed"}, s)
	message, err := os.ReadFile(r.Termination)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"message": string(message), "log": out.String()} {
		if strings.Contains(text, "hunter22") || !strings.Contains(text, "login with *** failed") {
			t.Errorf("%s: %s", what, text)
		}
	}
}
