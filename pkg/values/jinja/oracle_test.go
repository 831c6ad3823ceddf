package jinja

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"testing"

	"github.com/styrmin/kubectl-styrmin/test/python"
)

// oracle is a process with the real Jinja2.
type oracle struct {
	in  io.Writer
	out *bufio.Reader
}

// answer is what the real Jinja2 makes of a template: a text or an error.
type answer struct {
	Text  *string `json:"text"`
	Error string  `json:"error"`
}

func newOracle(t testing.TB) *oracle {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python.Executable(python.Environment(t)), "testdata/oracle.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &oracle{in: in, out: bufio.NewReader(out)}
}

func (o *oracle) render(t testing.TB, template string, context map[string]any) answer {
	t.Helper()
	request, err := json.Marshal(map[string]any{"template": template, "context": context})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.in.Write(append(request, '\n')); err != nil {
		t.Fatal(err)
	}
	line, err := o.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		t.Fatal(err)
	}
	return a
}
