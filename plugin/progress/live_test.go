package progress

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

func rowsOf(texts ...string) []row {
	var rows []row
	for _, text := range texts {
		rows = append(rows, row{{plain, text}})
	}
	return rows
}

func TestScreen(t *testing.T) {
	v := newTerminal(t, 10, 4)
	s := screen{out: v, size: v.size}
	_, _ = v.Write([]byte("before\n"))
	expect := func(what, want string) {
		t.Helper()
		if found := v.text(); found != want {
			t.Errorf("%s: found\n%s\nexpected\n%s", what, found, want)
		}
	}
	s.draw(rowsOf("one", "two"))
	expect("drawn", "before\none\ntwo\n")
	s.draw(rowsOf("1", "2", "3", "4", "5"))
	expect("higher than the terminal", "before\n1\n2\n3\n")
	s.draw(rowsOf("漢字漢字漢字", "exactly 10"))
	expect("wider than the terminal", "before\n漢字漢字…\nexactly 10\n")
	v.resize(5, 6)
	s.draw(rowsOf("narrow", "ok"))
	expect("narrower since", "before\nnarr…\nok\n")
	v.resize(20, 2)
	s.draw(rowsOf("wide again", "ok"))
	expect("wider and lower since", "before\nnarr…\nwide again\n")
	s.clear()
	expect("cleared", "before\nnarr…\n")
	s.finish(rowsOf("a", "b", "c"))
	s.draw(rowsOf("next"))
	expect("finished", "before\nnarr…\na\nb\nc\nnext\n")
}

// shows waits until a terminal shows something.
func (v *terminal) shows(words string) {
	v.t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(v.text(), words); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			v.t.Fatalf("it does not show %q:\n%s", words, v.text())
		}
	}
}

func TestLive(t *testing.T) {
	v := newTerminal(t, 80, 24)
	live := NewLive(t.Context(), v, v.size, Options{Color: true})
	run := whole()
	for _, event := range events(run) {
		live.Report(event)
	}
	v.shows("attempt 2 pod")
	fmt.Fprintln(live.Above(v), "warning: deprecated")
	v.shows("warning: deprecated\nupgrade 1.0.0 → 2.0.0, ")
	v.resize(30, 24)
	live.Report(engine.Event{Kind: engine.ActionLog, Action: "index", Attempt: 2, Message: "half", Run: run})
	v.shows("half")
	run.Phase, run.EndedAt = v1.RunSucceeded, after(100)
	live.Report(engine.Event{Kind: engine.RunSucceeded, Run: run})
	live.Close()
	found := v.text()
	if strings.Count(found, "upgrade 1.0.0") != 1 || !strings.Contains(found, "upgrade 1.0.0 → 2.0.0 succeed…") {
		t.Errorf("found\n%s", found)
	}
	fmt.Fprintln(live.Above(v), "later")
	if !strings.HasSuffix(v.text(), "\nlater\n") {
		t.Errorf("what comes afterwards is not below:\n%s", v.text())
	}
}

// TestLiveIsInterrupted: what is drawn stays as it is, because others write there then.
func TestLiveIsInterrupted(t *testing.T) {
	v := newTerminal(t, 80, 24)
	ctx, interrupt := context.WithCancel(t.Context())
	live := NewLive(ctx, v, v.size, Options{})
	live.Report(engine.Event{Kind: engine.RunStarted, Run: whole()})
	v.shows("upgrade 1.0.0")
	interrupt()
	live.drawing.Wait()
	fmt.Fprintln(v, "stopping")
	live.Report(engine.Event{Kind: engine.RunFailed, Run: whole()})
	live.Close()
	if found := v.text(); !strings.HasSuffix(found, "\nstopping\n") || strings.Count(found, "upgrade 1.0.0") != 1 {
		t.Errorf("found\n%s", found)
	}
}

// TestLiveOfNothing: where nothing happened nothing is drawn.
func TestLiveOfNothing(t *testing.T) {
	v := newTerminal(t, 80, 24)
	live := NewLive(t.Context(), v, v.size, Options{})
	fmt.Fprintln(live.Above(v), "error")
	live.Close()
	if found := v.text(); found != "error\n" {
		t.Errorf("found\n%s", found)
	}
}
