package components

import (
	"fmt"
	"strings"
	"time"
)

// Result is how one command ended.
type Result struct {
	Component string   `json:"component"`
	Pod       string   `json:"pod"`
	Container string   `json:"container"`
	Command   []string `json:"command"`
	ExitCode  int      `json:"exitCode"`
	// Stdout and Stderr are the ends of what the command wrote, TailBytes at most each.
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	// Truncated says that more was written than is kept here.
	Truncated bool          `json:"truncated"`
	Duration  time.Duration `json:"durationNanoseconds"`
}

// where is the beginning of every message about the command.
func (r Result) where() string {
	return fmt.Sprintf("component %s: command %q in pod %s, container %s", r.Component, r.Command, r.Pod, r.Container)
}

// ending quotes the last lines of the output, for a message.
func (r Result) ending() string {
	for _, output := range []string{r.Stderr, r.Stdout} {
		if output = strings.TrimSpace(output); output != "" {
			return "; its output ends:\n" + lastLines(output, 10)
		}
	}
	return "; it wrote nothing"
}

// CommandError says that a command ran and failed.
type CommandError struct {
	Result
	// Why the command counts as failed, e.g. "exit code 3".
	Why string
}

func (e *CommandError) Error() string { return e.Verdict() + e.ending() }

// Verdict is the error without the output.
func (e *CommandError) Verdict() string { return e.where() + ": " + e.Why }
