package helm

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// What stands for a value of a Secret. Neither tells how long it is.
const (
	hidden    = "(hidden)"
	hiddenOld = "(hidden, old)"
	hiddenNew = "(hidden, new)"
)

// withoutSecrets hides what two states of a Secret hold, and leaves any other object as it is.
func withoutSecrets(before, after map[string]any) (shownBefore, shownAfter map[string]any) {
	if before["kind"] != "Secret" && after["kind"] != "Secret" {
		return before, after
	}
	shownBefore, shownAfter = maps.Clone(before), maps.Clone(after)
	for _, field := range []string{"data", "stringData"} {
		hideEach(shownBefore, shownAfter, field)
	}
	hideApplied(shownBefore)
	hideApplied(shownAfter)
	return shownBefore, shownAfter
}

// hideEach hides the values of a field that is a mapping, and a field that is something else as a whole.
func hideEach(before, after map[string]any, field string) {
	was, oneValue := mappingOf(before, field)
	is, otherValue := mappingOf(after, field)
	if oneValue || otherValue {
		hide(before, after, field)
		return
	}
	shownBefore, shownAfter := maps.Clone(was), maps.Clone(is)
	for key := range was {
		hide(shownBefore, shownAfter, key)
	}
	for key := range is {
		if _, known := was[key]; !known {
			hide(shownBefore, shownAfter, key)
		}
	}
	if was != nil {
		before[field] = shownBefore
	}
	if is != nil {
		after[field] = shownAfter
	}
}

// mappingOf gives a field that is a mapping; other is true for one that is there and is none.
func mappingOf(body map[string]any, field string) (mapping map[string]any, other bool) {
	value, there := body[field]
	mapping, isMapping := value.(map[string]any)
	return mapping, there && value != nil && !isMapping
}

// hide replaces a key's value on both sides by words that tell whether it changes.
func hide(before, after map[string]any, key string) {
	was, had := before[key]
	is, has := after[key]
	wordsBefore, wordsAfter := hidden, hidden
	if had && has && !equality.Semantic.DeepEqual(was, is) {
		wordsBefore, wordsAfter = hiddenOld, hiddenNew
	}
	if had {
		before[key] = wordsBefore
	}
	if has {
		after[key] = wordsAfter
	}
}

// hideApplied hides the annotation in which kubectl repeats an object that it applied.
func hideApplied(body map[string]any) {
	metadata, _ := body["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	if _, there := annotations[corev1.LastAppliedConfigAnnotation]; !there {
		return
	}
	metadata, annotations = maps.Clone(metadata), maps.Clone(annotations)
	annotations[corev1.LastAppliedConfigAnnotation] = hidden
	metadata["annotations"], body["metadata"] = annotations, metadata
}
