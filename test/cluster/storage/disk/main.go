// Command disk is the CSI driver of the test cluster: a volume is a directory of the node, and a snapshot a copy of one.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"google.golang.org/grpc"

	"styrmin.local/test/cluster/storage/internal/disk"
)

func main() {
	node := flag.String("node", "", "name of the node")
	data := flag.String("data", "", "directory of the volumes")
	endpoint := flag.String("endpoint", "", "socket to serve CSI on")
	registration := flag.String("registration", "", "socket that the kubelet discovers the driver by")
	flag.Parse()
	if err := serve(disk.Store(*data), *node, *endpoint, *registration); err != nil {
		fmt.Fprintln(os.Stderr, "disk:", err)
		os.Exit(1)
	}
}

// serve ends with the first of the two servers that does.
func serve(store disk.Store, node, endpoint, registration string) error {
	if err := store.Open(); err != nil {
		return err
	}
	driver, kubelet := grpc.NewServer(), grpc.NewServer()
	disk.Register(driver, store, node)
	disk.RegisterWithKubelet(kubelet, endpoint)
	ended := make(chan error, 2)
	for socket, server := range map[string]*grpc.Server{endpoint: driver, registration: kubelet} {
		listener, err := listen(socket)
		if err != nil {
			return err
		}
		go func() { ended <- server.Serve(listener) }()
	}
	return <-ended
}

// listen takes the place of a driver that was killed.
func listen(socket string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		return nil, err
	}
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return net.Listen("unix", socket)
}
