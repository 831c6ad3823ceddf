package chart

import "strings"

// shown is a text from the chart or from Helm as a message may have it: on one
// line, not too long, and without what the operator gave.
func (e *evidence) shown(text string) string { return cut(e.mask.text(oneLine(text))) }

// longest is the length, in bytes, from which on Helm's texts are cut: they may quote whole templates.
const longest = 600

// cut shortens a text that is too long for a message.
func cut(text string) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}

// oneLine puts a text of several lines on one.
func oneLine(text string) string {
	return strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "?")
}
