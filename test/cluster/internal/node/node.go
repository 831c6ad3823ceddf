// Package node is one Kubernetes node with its control plane: which daemons, how they are configured, when it is ready.
package node

import (
	"path/filepath"

	"styrmin.local/test/cluster/internal/cache"
	"styrmin.local/test/cluster/internal/pki"
	"styrmin.local/test/cluster/internal/sandbox"
)

// Addresses: a private range that nobody is likely to use, cut into link, pods and services.
const (
	everything  = "10.213.0.0/16"
	hostAddress = "10.213.0.1"
	nodeAddress = "10.213.0.2"
	linkPrefix  = 30
	podRange    = "10.213.16.0/20"
	services    = "10.213.32.0/20"
	apiService  = "10.213.32.1"  // the first of the range, by Kubernetes' own rule
	dnsService  = "10.213.32.10" // also in manifests/coredns.yaml
)

// Server is the API server's URL, from the host and from inside alike.
const Server = "https://" + nodeAddress + ":6443"

const (
	name             = "styrmin-node"
	containerdSocket = "/run/containerd/containerd.sock"
	// PauseImage holds the namespaces of a pod.
	PauseImage = "styrmin.local/pause:1"
	// CoreDNSImage serves names in the cluster.
	CoreDNSImage = "styrmin.local/coredns:1"
)

// Node is the cluster.
type Node struct {
	cache   cache.Dir
	sandbox *sandbox.Sandbox
}

// New describes the node; InitArgs is the command of this program that calls Init.
func New(c cache.Dir, initArgs ...string) *Node {
	return &Node{cache: c, sandbox: &sandbox.Sandbox{
		Name:     name,
		PIDFile:  c.State("pid"),
		Logs:     c.Logs(),
		InitArgs: initArgs,
		Network: sandbox.Network{
			Link: "styrmin0", Host: hostAddress, Address: nodeAddress, Prefix: linkPrefix, Range: everything,
		},
		Binds: map[string]string{
			// The daemons' usual places, because some of them know no other.
			"/var/lib/kubelet": c.State("kubelet"),
			"/var/log":         c.State("var-log"),
		},
		Tmpfs: []string{"/run", "/var/lib/cni"},
	}}
}

// Init runs the node; it is called inside the sandbox.
func (n *Node) Init() error {
	return n.sandbox.Init(n.components())
}

// Authority is the cluster's certificate authority.
func (n *Node) Authority() (*pki.Authority, error) {
	return pki.Open(n.cache.State("pki"))
}

func (n *Node) pki(file string) string    { return n.cache.State("pki", file) }
func (n *Node) config(file string) string { return n.cache.State("config", file) }

func (n *Node) program(name string) string { return filepath.Join(n.cache.Bin(), name) }
