package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// Result of an action, in words.
const (
	Succeeded  = "succeeded"
	Failed     = "failed"
	Unloadable = "unloadable"
)

// MaxTermination is how much of a termination message Kubernetes keeps.
const MaxTermination = 4096

// Outcome is how an action ended: the container's termination message.
type Outcome struct {
	Outcome    string `json:"outcome"`
	Error      string `json:"error"`
	FlowRunID  string `json:"flowRunID"`
	FlowRunURL string `json:"flowRunURL"`
}

// ExitCode is the code that tells the Job of the outcome.
func (o Outcome) ExitCode() int {
	switch o.Outcome {
	case Succeeded:
		return ExitOK
	case Unloadable:
		return ExitUnloadable
	default:
		return ExitFailed
	}
}

// Message is the outcome as JSON that fits a termination message. An error
// that is too long keeps its end, where the cause is.
func (o Outcome) Message() []byte {
	for {
		message, err := json.Marshal(o)
		if err != nil || len(message) <= MaxTermination {
			return message
		}
		// JSON escapes make a byte up to six; cutting a sixth of the excess, and
		// the mark for what was cut before, converges without cutting too much.
		rest := strings.TrimPrefix(o.Error, "…")
		rest = rest[min((len(message)-MaxTermination)/6+1, len(rest)):]
		for rest != "" && !utf8.RuneStart(rest[0]) {
			rest = rest[1:]
		}
		if rest == "" { // the other fields alone are too long
			return []byte(fmt.Sprintf(`{"outcome":%q}`, o.Outcome))
		}
		o.Error = "…" + rest
	}
}

// readOutcome reads what the action's process said of itself; nothing is an
// empty outcome.
func readOutcome(path string) (Outcome, error) {
	var o Outcome
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(content) == 0 {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(content, &o)
}

// judge decides between what the process said and how it ended. Success needs
// both: a process can end with 0 from inside a flow, and can be killed after
// the flow's end while its last logs are on their way.
func judge(said Outcome, code int, how, lastOutput string) Outcome {
	switch {
	case said.Outcome == Succeeded && code == ExitOK, said.Outcome == Failed, said.Outcome == Unloadable:
		return said
	case said.Outcome == Succeeded:
		said.Error = fmt.Sprintf("the flow completed, but its process then %s", how)
	case lastOutput != "":
		said.Error = fmt.Sprintf("the flow's process %s before the flow ended; its output ends:\n%s", how, lastOutput)
	default:
		said.Error = fmt.Sprintf("the flow's process %s before the flow ended", how)
	}
	said.Outcome = Failed
	return said
}
