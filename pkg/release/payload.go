package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// maxEntries bounds a chart's files, and a release's hooks; the largest public charts have a few hundred.
const maxEntries = 10_000

// payload is the part of Helm's release JSON that is read. Helm 3 and Helm 4 agree on it;
// what Helm 4 adds (apply_method, modification times) is ignored.
type payload struct {
	Name      string        `json:"name"`
	Namespace string        `json:"namespace"`
	Version   int           `json:"version"`
	Info      infoPayload   `json:"info"`
	Chart     *chartPayload `json:"chart"`
	Config    config        `json:"config"`
	Manifest  string        `json:"manifest"`
	Hooks     hooks         `json:"hooks"`
}

type hook struct {
	Manifest string `json:"manifest"`
}

type hooks []hook

type infoPayload struct {
	Status      string `json:"status"`
	Description string `json:"description"`
}

type chartPayload struct {
	Metadata struct {
		Name       string `json:"name"`
		Version    string `json:"version"`
		AppVersion string `json:"appVersion"`
	} `json:"metadata"`
	Templates files `json:"templates"`
	Files     files `json:"files"`
}

type file struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

type files []file

// config is the JSON of the values.
type config json.RawMessage

// errTwice refuses a field that occurs twice: Helm merges the two, and so would deploy
// something else than the last one says.
var errTwice = errors.New("a field occurs twice")

// UnmarshalJSON keeps the text.
func (c *config) UnmarshalJSON(raw []byte) error {
	if *c != nil {
		return errTwice
	}
	*c = append(config{}, raw...)
	return nil
}

// UnmarshalJSON reads a list of files.
func (f *files) UnmarshalJSON(raw []byte) error {
	list, err := bounded[file](raw, *f != nil)
	*f = list
	return err
}

// UnmarshalJSON reads a list of hooks.
func (h *hooks) UnmarshalJSON(raw []byte) error {
	list, err := bounded[hook](raw, *h != nil)
	*h = list
	return err
}

// bounded reads a list one by one, so that a list of millions of empty ones ends
// at the bound and not in memory.
func bounded[T any](raw []byte, twice bool) ([]T, error) {
	if twice {
		return nil, errTwice
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, err := dec.Token()
	if err != nil {
		return nil, err
	}
	list := []T{}
	if open == nil {
		return list, nil
	}
	if open != json.Delim('[') {
		return nil, fmt.Errorf("found %v, expected a list", open)
	}
	for dec.More() {
		if len(list) == maxEntries {
			return nil, fmt.Errorf("more than %d entries in a list of the release", maxEntries)
		}
		var one T
		if err := dec.Decode(&one); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}
