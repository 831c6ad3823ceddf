package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// maxFiles bounds each list of a chart's files; the largest public charts have a few hundred.
const maxFiles = 10_000

// payload is the part of Helm's release JSON that is read. Helm 3 and Helm 4 agree on it;
// what Helm 4 adds (apply_method, modification times) is ignored.
type payload struct {
	Name      string        `json:"name"`
	Namespace string        `json:"namespace"`
	Version   int           `json:"version"`
	Info      infoPayload   `json:"info"`
	Chart     *chartPayload `json:"chart"`
	Config    config        `json:"config"`
}

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

// UnmarshalJSON reads a list of files one by one, so that a list of millions of
// empty ones ends at the bound and not in memory.
func (f *files) UnmarshalJSON(raw []byte) error {
	if *f != nil {
		return errTwice
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, err := dec.Token()
	if err != nil {
		return err
	}
	*f = files{}
	if open == nil {
		return nil
	}
	if open != json.Delim('[') {
		return fmt.Errorf("files of the chart are %v, expected a list", open)
	}
	for dec.More() {
		if len(*f) == maxFiles {
			return fmt.Errorf("more than %d files in the chart", maxFiles)
		}
		var one file
		if err := dec.Decode(&one); err != nil {
			return err
		}
		*f = append(*f, one)
	}
	return nil
}
