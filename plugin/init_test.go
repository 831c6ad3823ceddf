package plugin_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/styrmin/kubectl-styrmin/plugin"
)

// answer runs init as on a terminal where the user types the input.
func answer(ctx context.Context, input io.Reader, args ...string) (code int, stdout, stderr string) {
	var out, errOut bytes.Buffer
	streams := genericiooptions.IOStreams{In: input, Out: &out, ErrOut: &errOut}
	code = plugin.Execute(ctx, streams, plugin.Terminal{Interactive: true}, append([]string{"init"}, args...))
	return code, out.String(), errOut.String()
}

// TestInitAsks shows the whole conversation: what the user types is not in it, as
// the terminal shows that itself.
func TestInitAsks(t *testing.T) {
	t.Chdir(t.TempDir())
	typed := []string{"My Notes", "notes", "charts/notes", "oci://registry.example.com/charts/notes", "", "1.4.2", "Web", "web", "db=app=db", "", "maybe", "n", ""}
	code, out, errOut := answer(t.Context(), strings.NewReader(strings.Join(typed, "\n")+"\n"), "new")
	if code != plugin.ExitOK || errOut != "" {
		t.Fatalf("exit code %d\n%s%s", code, out, errOut)
	}
	want := `A new driver in new. Enter alone takes what is in brackets.
Name [new]:   found the name "My Notes", expected lower-case letters, digits, '-' and '.', with a letter or digit at both ends
Name [new]: Chart: ./DIRECTORY, oci://… or https://… [a new one in ./chart]:   found the chart "charts/notes", expected ./DIRECTORY, oci://REGISTRY/CHART or https://REPOSITORY/CHART
Chart: ./DIRECTORY, oci://… or https://… [a new one in ./chart]: The chart's version, such as 1.4.2:   the chart oci://registry.example.com/charts/notes has no version, so that every release might be of another chart; expected one such as 1.4.2
The chart's version, such as 1.4.2: Component: NAME, or NAME=LABEL=VALUE,… with its pods' labels [server]:   found the component "Web", expected a name of lower-case letters, digits and '-', as in server=app.kubernetes.io/component=server
Component: NAME, or NAME=LABEL=VALUE,… with its pods' labels [server]: Another component [no]: Another component [no]: Actions when it is set up [yes]:   found "maybe", expected yes or no
Actions when it is set up [yes]: Actions when it is upgraded [yes]: wrote new/driver.styrmin.yml
wrote new/actions.py
wrote new/values.j2.yml

Next:
  kubectl styrmin validate new
  kubectl styrmin setup notes --driver new
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	data, err := os.ReadFile("new/driver.styrmin.yml")
	if err != nil {
		t.Fatal(err)
	}
	for text, expected := range map[string]bool{"name: notes": true, "charts/notes": true, "version: 1.4.2": true, "    web:": true, "app: db": true, "      hook: upgrade": true, "      hook: setup": false} {
		if strings.Contains(string(data), text) != expected {
			t.Errorf("%q is in the driver: %v, expected %v", text, !expected, expected)
		}
	}
}

// TestInitDefaults: the user only ever presses Enter.
func TestInitDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	code, out, errOut := answer(t.Context(), strings.NewReader(strings.Repeat("\n", 5)), "new")
	if code != plugin.ExitOK {
		t.Fatalf("exit code %d\n%s%s", code, out, errOut)
	}
	if _, err := os.Stat("new/chart/templates/worker.yaml"); err != nil {
		t.Error(err)
	}
}

// TestInitAsksForTheRest: what flags say is not asked.
func TestInitAsksForTheRest(t *testing.T) {
	t.Chdir(t.TempDir())
	code, out, errOut := answer(t.Context(), strings.NewReader("notes\n"), "new", "--chart", "./chart", "--component", "web", "--hooks", "setup")
	if code != plugin.ExitOK || !strings.Contains(out, "[new]: wrote new/driver.styrmin.yml") {
		t.Fatalf("exit code %d\n%s%s", code, out, errOut)
	}
}

// TestInitIsNotFinished: nothing is written when the answers end, by Ctrl-D or by Ctrl-C.
func TestInitIsNotFinished(t *testing.T) {
	t.Chdir(t.TempDir())
	code, _, errOut := answer(t.Context(), strings.NewReader("notes\nhal"), "new")
	if code != plugin.ExitProblems || !strings.Contains(errOut, "nothing was written") {
		t.Errorf("the input ended: exit code %d, %s", code, errOut)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	in, typed := io.Pipe()
	defer typed.Close()
	go func() {
		_, _ = typed.Write([]byte("notes\n"))
		interrupt()
	}()
	if code, _, errOut := answer(ctx, in, "new"); code != plugin.ExitInterrupted {
		t.Errorf("interrupted: exit code %d, %s", code, errOut)
	}
	if _, err := os.Stat(filepath.Join("new")); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}

// TestInitAsksNothingInVain: a driver that is there is found before the first question.
func TestInitAsksNothingInVain(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("driver.styrmin.yml", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errOut := answer(t.Context(), strings.NewReader("")); code != plugin.ExitProblems || out != "" || !strings.Contains(errOut, "already there") {
		t.Errorf("exit code %d, %s%s", code, out, errOut)
	}
}
