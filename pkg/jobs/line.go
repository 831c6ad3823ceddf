package jobs

import "strings"

// LineTag begins every line that an action's container prints, so that a line
// alone, in whatever collects logs, tells where it belongs.
func LineTag(run, action string) string { return "run=" + run + " action=" + action + " " }

// CutLineTag is a line of a run's pod without its tag, for who knows where it belongs.
func CutLineTag(line, run string) string {
	rest, tagged := strings.CutPrefix(line, "run="+run+" action=")
	if !tagged {
		return line
	}
	_, text, _ := strings.Cut(rest, " ")
	return text
}
