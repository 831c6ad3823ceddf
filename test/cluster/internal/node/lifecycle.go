package node

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"styrmin.local/test/cluster/internal/image"
	"styrmin.local/test/cluster/internal/sandbox"
)

//go:embed manifests/coredns.yaml
var corednsManifest []byte

//go:embed manifests/storage.yaml
var storageManifest []byte

// deadline of every single condition that a start waits for.
const deadline = 2 * time.Minute

// Running finds the node's PID 1, or returns nil.
func (n *Node) Running() *sandbox.Process { return n.sandbox.Running() }

// Start configures the node and starts its daemons. State of an earlier cluster is thrown away, but for its images.
func (n *Node) Start() (*sandbox.Process, error) {
	if err := n.Stop(); err != nil {
		return nil, err
	}
	if err := n.configure(); err != nil {
		return nil, err
	}
	return n.sandbox.Start()
}

// Stop ends the daemons and forgets what they knew; images and certificates stay.
func (n *Node) Stop() error {
	if err := n.sandbox.Stop(); err != nil {
		return err
	}
	for _, dir := range []string{"etcd", "kubelet", "var-log", "config"} {
		if err := os.RemoveAll(n.cache.State(dir)); err != nil {
			return err
		}
	}
	return nil
}

var errNotRunning = errors.New("no cluster is running: make cluster starts one")

// Tell stops or starts a daemon of the running node.
func (n *Node) Tell(ctx context.Context, verb, daemon string) error {
	process := n.Running()
	if process == nil {
		return errNotRunning
	}
	return process.Tell(ctx, verb, daemon)
}

// Runtime gives access to the running node's images.
func (n *Node) Runtime() (*image.Runtime, error) {
	process := n.sandbox.Running()
	if process == nil {
		return nil, errNotRunning
	}
	return image.NewRuntime(process.Path(containerdSocket)), nil
}

// condition of a cluster that can be used. Each is a kubectl command that succeeds once it holds.
type condition struct {
	title string
	log   string // of the component to blame
	args  []string
}

var conditions = []condition{
	{"the node is registered", "kubelet", []string{"wait", "--for=create", "node/" + name}},
	{"the node is ready", "kubelet", []string{"wait", "--for=condition=Ready", "node/" + name}},
	{"service accounts are made", "kube-controller-manager",
		[]string{"wait", "--for=create", "serviceaccount/default", "--namespace=default"}},
	{"CoreDNS is available", "kubelet",
		[]string{"wait", "--for=condition=Available", "deployment/coredns", "--namespace=kube-system"}},
}

// AwaitRuntime waits until images can be loaded.
func (n *Node) AwaitRuntime(p *sandbox.Process) error {
	return n.await(p, "containerd", func() bool {
		_, err := os.Stat(p.Path(containerdSocket))
		return err == nil
	})
}

// AwaitAPI waits until the API server is ready.
func (n *Node) AwaitAPI(p *sandbox.Process) error {
	return n.await(p, "kube-apiserver", func() bool {
		return n.kubectl(nil, "get", "--raw", "/readyz", "--request-timeout=5s") == nil
	})
}

// AwaitReady installs what a usable cluster needs and waits until it works. The API server is ready by then.
func (n *Node) AwaitReady(p *sandbox.Process, say func(string)) error {
	if err := n.kubectl(corednsManifest, "apply", "--server-side", "--filename=-"); err != nil {
		return err
	}
	for _, c := range conditions {
		say("until " + c.title)
		if err := n.kubectl(nil, append(c.args, "--timeout="+deadline.String())...); err != nil {
			if ended(p) {
				return n.death()
			}
			return fmt.Errorf("%s: %w\n%s", c.title, err, n.sandbox.Tail(c.log))
		}
	}
	say("until snapshots can be made")
	if err := n.startStorage(p); err != nil {
		return err
	}
	say("")
	return nil
}

// startStorage makes the kinds of snapshots known, and starts their controllers, which end where there are none.
func (n *Node) startStorage(p *sandbox.Process) error {
	for _, args := range [][]string{
		{"apply", "--server-side", "--filename=" + n.cache.SnapshotKinds()},
		{"wait", "--for=condition=Established", "--timeout=" + deadline.String(), "--filename=" + n.cache.SnapshotKinds()},
	} {
		if err := n.kubectl(nil, args...); err != nil {
			return err
		}
	}
	if err := n.kubectl(storageManifest, "apply", "--server-side", "--filename=-"); err != nil {
		return err
	}
	for _, c := range n.components() {
		if !c.Later {
			continue
		}
		if err := p.Tell(context.Background(), "start", c.Name); err != nil {
			return err
		}
	}
	return nil
}

// await a condition, unless the node dies first.
func (n *Node) await(p *sandbox.Process, component string, condition func() bool) error {
	for end := time.Now().Add(deadline); !condition(); time.Sleep(50 * time.Millisecond) {
		if ended(p) {
			return n.death()
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s was not ready after %s\n%s", component, deadline, n.sandbox.Tail(component))
		}
	}
	return nil
}

// Obituary says why the last cluster ended, if it did so by itself; otherwise nothing.
func (n *Node) Obituary() string {
	if !n.sandbox.Died() {
		return ""
	}
	return "the last cluster ended by itself\n" + n.sandbox.SupervisorTail()
}

func (n *Node) death() error {
	return fmt.Errorf("the cluster ended\n%s", n.sandbox.SupervisorTail())
}

func ended(p *sandbox.Process) bool {
	select {
	case <-p.Done:
		return true
	default:
		return false
	}
}

func (n *Node) kubectl(stdin []byte, args ...string) error {
	cmd := exec.Command(n.program("kubectl"), append([]string{"--kubeconfig=" + n.cache.Kubeconfig()}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %v: %w: %s", args, err, bytes.TrimSpace(output))
	}
	return nil
}
