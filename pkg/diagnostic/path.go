package diagnostic

import (
	"regexp"
	"strconv"
	"strings"
)

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// Field is the path of a field: PARENT.KEY, or PARENT[KEY] when the key is no
// plain name, as in metadata.annotations[styrmin.io/helm-upgrade].
func Field(parent, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return parent + "[" + key + "]"
	case parent == "":
		return key
	}
	return parent + "." + key
}

// Index is the path of a list's item: PARENT[I], counted from 0.
func Index(parent string, i int) string {
	return parent + "[" + strconv.Itoa(i) + "]"
}

// Parent is the path of what holds the field; empty for a field of the top level.
func Parent(path string) string {
	if strings.HasSuffix(path, "]") {
		return path[:max(strings.LastIndexByte(path, '['), 0)]
	}
	return path[:max(strings.LastIndexByte(path, '.'), 0)]
}

// Within reports whether the path is the ancestor or lies below it.
func Within(path, ancestor string) bool {
	for path != "" {
		if path == ancestor {
			return true
		}
		path = Parent(path)
	}
	return false
}
