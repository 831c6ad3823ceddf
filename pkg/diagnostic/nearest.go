package diagnostic

import (
	"fmt"
	"slices"
	"strings"
)

// maxCandidates bounds what a word is compared with: the comparison takes a
// microsecond, and a hostile file may ask for very many.
const maxCandidates = 1000

// Nearest is the candidate that the word was probably meant to be; empty when
// none is near, or there are too many. Case and the choice between '-' and '_'
// count for nothing.
func Nearest(word string, candidates []string) string {
	if len(candidates) > maxCandidates {
		return ""
	}
	best, distance := "", min(max(1, len([]rune(word))/3), 4)+1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := apart(fold(word), fold(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// Suggest is the help text for a word that is none of the candidates.
func Suggest(word string, candidates []string) string {
	if near := Nearest(word, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

func fold(s string) []rune {
	return []rune(strings.ToLower(strings.ReplaceAll(s, "-", "_")))
}

// apart is the number of edits; an abbreviation such as int is near to integer.
func apart(word, candidate []rune) int {
	if len(word) >= 3 && strings.HasPrefix(string(candidate), string(word)) {
		return 1
	}
	return edits(word, candidate)
}

// edits counts insertions, deletions, replacements and swaps of neighbours.
func edits(a, b []rune) int {
	if len(a) > 100 || len(b) > 100 {
		return 100
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
