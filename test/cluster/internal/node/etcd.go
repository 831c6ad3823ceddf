package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// etcdURL is where etcd listens, inside the sandbox only.
const etcdURL = "http://127.0.0.1:2379"

// Compact makes etcd forget every version of every object but the newest, and returns up to which revision.
func (n *Node) Compact(ctx context.Context) (revision string, err error) {
	process := n.Running()
	if process == nil {
		return "", errNotRunning
	}
	etcd := etcdClient{&http.Client{Transport: &http.Transport{DialContext: process.Dial, DisableKeepAlives: true}}}
	var newest struct {
		Header struct{ Revision string }
	}
	// Any key will do: the answer bears the newest revision.
	if err := etcd.ask(ctx, "range", map[string]any{"key": []byte("/")}, &newest); err != nil {
		return "", err
	}
	revision = newest.Header.Revision
	return revision, etcd.ask(ctx, "compaction", map[string]any{"revision": revision, "physical": true}, nil)
}

// etcdClient speaks etcd's JSON.
type etcdClient struct{ *http.Client }

func (c etcdClient) ask(ctx context.Context, verb string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, etcdURL+"/v3/kv/"+verb, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := c.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("etcd: %s: %s: %s", verb, response.Status, bytes.TrimSpace(said))
	}
	if err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(said, answer)
}
