package disk

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/kubernetes-csi/csi-test/v5/pkg/sanity"
	"google.golang.org/grpc"
)

// TestSanity: the driver keeps CSI's promises, by the suite of the Kubernetes project.
func TestSanity(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounts directories, which only root may")
	}
	dir := t.TempDir()
	store := Store(filepath.Join(dir, "store"))
	if err := store.Open(); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "csi.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	Register(server, store, "node")
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)

	config := sanity.NewTestConfig()
	config.Address = socket
	config.TargetPath, config.StagingPath = filepath.Join(dir, "target"), filepath.Join(dir, "staging")
	sanity.Test(t, config)
}
