package diagnostic

import (
	"fmt"
	"testing"
)

func TestCollector(t *testing.T) {
	var c Collector
	at := func(line int) Diagnostic {
		return Diagnostic{File: "f", Position: Position{Line: line}, Rule: "a", Message: "m"}
	}
	for _, d := range []Diagnostic{at(3), at(1), at(3), {File: "f", Position: Position{Line: 2}, Rule: "b", Message: "m", Severity: Warning}} {
		c.Add(d)
	}
	if got := fmt.Sprint(c.List()); got != "[f:1: error: m [a] f:2: warning: m [b] f:3: error: m [a]]" {
		t.Errorf("each once, sorted, an error by default: got %s", got)
	}
	for line := range 2 * MaxPerRule {
		c.Add(at(line))
	}
	list := c.List()
	if len(list) != MaxPerRule+1 || !c.Full("a") || c.Full("b") {
		t.Errorf("kept %d problems", len(list))
	}
	if help := list[len(list)-1].Help; help == "" {
		t.Error("nothing says that there are more")
	}
}
