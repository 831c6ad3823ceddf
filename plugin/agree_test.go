package plugin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func TestConfirm(t *testing.T) {
	const question = "\nGo on? [y/N] "
	for typed, tt := range map[string]struct {
		yes bool
		out string
	}{
		"y\n":     {true, question},
		"YES \n":  {true, question},
		"n\n":     {false, question},
		"\n":      {false, question},
		"yep\n":   {false, question},
		"y\ny\n":  {true, question},
		"":        {false, question + "\n"},
		"no\nyes": {false, question},
	} {
		var out bytes.Buffer
		yes, err := confirm(t.Context(), strings.NewReader(typed), &out)
		if err != nil || yes != tt.yes || out.String() != tt.out {
			t.Errorf("%q: found %t, %v, output %q", typed, yes, err, &out)
		}
	}
}

// TestConfirmInterrupted: Ctrl-C at the question ends with 130, and nothing was changed.
func TestConfirmInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	silent, end := io.Pipe()
	defer func() { _ = end.Close() }()
	cancel()
	_, err := confirm(ctx, silent, io.Discard)
	if exitCode(err) != ExitInterrupted || explain(err) != "error: interrupted; nothing was changed" {
		t.Errorf("found exit code %d, %v", exitCode(err), err)
	}
	_, err = confirm(t.Context(), failing{}, io.Discard)
	if exitCode(err) != ExitCluster || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("found exit code %d, %v", exitCode(err), err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the line is dead") }

// TestPlanCommandLine: what carries a plan out is the verb with the same flags, and without secrets.
func TestPlanCommandLine(t *testing.T) {
	for given, expected := range map[string]string{
		"plan notes -n apps -o json --version 2":           "kubectl styrmin upgrade notes -n apps --version 2",
		"plan notes --until pre --set password=hunter2":    "kubectl styrmin upgrade notes --set password=… --until pre",
		"plan notes --driver ./notes --rerun a --from pre": "kubectl styrmin upgrade notes --driver ./notes --from pre --rerun a",
	} {
		root := NewCommand(genericiooptions.NewTestIOStreamsDiscard(), Terminal{})
		cmd, rest, err := root.Find(strings.Fields(given))
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.ParseFlags(rest); err != nil {
			t.Fatal(err)
		}
		if found := commandLine(cmd.Parent().CommandPath()+" upgrade", cmd, cmd.Flags().Args(), "output"); found != expected {
			t.Errorf("found    %s\nexpected %s", found, expected)
		}
	}
}
