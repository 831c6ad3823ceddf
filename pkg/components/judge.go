package components

import (
	"fmt"
	"io"
)

// judge reads a command's output as it comes.
type judge struct {
	Judgement
	expected, rejected *lineMatcher
}

func newJudge(j Judgement) *judge {
	return &judge{Judgement: j, expected: &lineMatcher{pattern: j.Expect}, rejected: &lineMatcher{pattern: j.Reject}}
}

// stream returns a writer for one stream of the output.
func (j *judge) stream() io.Writer {
	return tee(j.expected.stream(), j.rejected.stream())
}

// verdict says why a command that exited with 0 has failed nevertheless; "" when it has not.
func (j *judge) verdict() string {
	if line, ok := j.rejected.found(); ok {
		return fmt.Sprintf("exit code 0, but its output has the line %q, which matches the rejected %q", line, j.Reject)
	}
	if _, ok := j.expected.found(); j.Expect != nil && !ok {
		return fmt.Sprintf("exit code 0, but no line of its output matches the expected %q", j.Expect)
	}
	return ""
}
