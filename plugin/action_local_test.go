package plugin

import (
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// TestConnectionIsHandedOver: what calls the cluster for an action that runs here reaches
// the same cluster as the same user, by a file and not by its command line.
func TestConnectionIsHandedOver(t *testing.T) {
	streams := genericiooptions.NewTestIOStreamsDiscard()
	given := newOptions(streams, Terminal{})
	err := given.command().PersistentFlags().Parse([]string{
		"--kubeconfig", writeKubeconfig(t), "--token", "s3cret", "--as", "me", "--as-group", "a", "--as-group", "b", "-n", "shop",
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "connection.json")
	if err := writeJSONFile(path, given.connection()); err != nil {
		t.Fatal(err)
	}

	taken := newOptions(streams, Terminal{})
	if err := taken.reconnect(path); err != nil {
		t.Fatal(err)
	}
	config, namespace, err := taken.cluster()
	if err != nil {
		t.Fatal(err)
	}
	if config.BearerToken != "s3cret" || config.Impersonate.UserName != "me" || !slices.Equal(config.Impersonate.Groups, []string{"a", "b"}) || namespace != "shop" {
		t.Errorf("found token %q, user %q, groups %q, namespace %q", config.BearerToken, config.Impersonate.UserName, config.Impersonate.Groups, namespace)
	}
	if err := taken.reconnect(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is no error")
	}
}
