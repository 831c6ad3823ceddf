package runner

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	const how = "was killed by SIGKILL"
	for _, test := range []struct {
		name        string
		said        Outcome
		code        int
		want, error string
	}{
		{"completed", Outcome{Outcome: Succeeded}, 0, Succeeded, ""},
		{"completed, then died", Outcome{Outcome: Succeeded}, -1, Failed, "the flow completed, but its process then " + how},
		{"failed, then died", Outcome{Outcome: Failed, Error: "broken"}, -1, Failed, "broken"},
		{"unloadable", Outcome{Outcome: Unloadable, Error: "absent"}, 42, Unloadable, "absent"},
		{"died before the end with 0", Outcome{FlowRunID: "x"}, 0, Failed, "the flow's process " + how + " before the flow ended"},
		{"died before the end with 42", Outcome{}, 42, Failed, "the flow's process " + how + " before the flow ended"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := judge(test.said, test.code, how, "")
			if got.Outcome != test.want || got.Error != test.error || got.FlowRunID != test.said.FlowRunID {
				t.Errorf("judged %+v, expected %s: %s", got, test.want, test.error)
			}
		})
	}
}

func TestMessageFits(t *testing.T) {
	for _, text := range []string{"short", strings.Repeat("x", 9000) + "end", strings.Repeat("\x00", 9000) + "end", strings.Repeat("ü\n", 9000) + "end"} {
		message := Outcome{Outcome: Failed, Error: text, FlowRunID: "id"}.Message()
		var got Outcome
		if err := json.Unmarshal(message, &got); err != nil || len(message) > MaxTermination {
			t.Errorf("%d bytes, %v", len(message), err)
		}
		if got.FlowRunID != "id" || got.Outcome != Failed || !strings.HasSuffix(got.Error, text[len(text)-3:]) {
			t.Errorf("lost something: %.20q", got.Error)
		}
		if len(text) > MaxTermination && len(message) < MaxTermination-100 {
			t.Errorf("kept %d bytes only", len(message))
		}
	}
}
