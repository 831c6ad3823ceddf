package sandbox

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Network joins the sandbox to the host by one pair of virtual interfaces. There is no way further: no NAT, no default route.
type Network struct {
	Link    string // the host's end
	Host    string // address of the host's end
	Address string // address of the sandbox
	Prefix  int    // of the link
	Range   string // everything that lives behind Address, in CIDR notation
}

const inside = "eth0"

// connect makes the pair, one end in the network namespace of the process.
func (n Network) connect(pid int) error {
	return commands(
		[]string{"ip", "link", "add", n.Link, "type", "veth", "peer", "name", inside, "netns", strconv.Itoa(pid)},
		[]string{"ip", "address", "add", n.prefixed(n.Host), "dev", n.Link},
		[]string{"ip", "link", "set", n.Link, "up"},
		[]string{"ip", "route", "add", n.Range, "via", n.Address, "dev", n.Link, "onlink"},
	)
}

// configure the sandbox's own end. The route makes the whole range look local, which the virtual addresses of services
// need: a packet to one must find a route before it is redirected.
func (n Network) configure() error {
	return commands(
		[]string{"ip", "link", "set", "lo", "up"},
		[]string{"ip", "address", "add", n.prefixed(n.Address), "dev", inside},
		[]string{"ip", "link", "set", inside, "up"},
		[]string{"ip", "route", "add", n.Range, "dev", inside},
	)
}

// remove a link that outlived its namespace, or waits for the kernel to remove it.
func (n Network) remove() error {
	if _, err := net.InterfaceByName(n.Link); err != nil {
		return nil
	}
	err := commands([]string{"ip", "link", "delete", n.Link})
	if _, gone := net.InterfaceByName(n.Link); gone != nil {
		return nil
	}
	return err
}

func (n Network) prefixed(address string) string {
	return address + "/" + strconv.Itoa(n.Prefix)
}

func commands(list ...[]string) error {
	for _, args := range list {
		if output, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, output)
		}
	}
	return nil
}

// Dial connects to what listens inside the sandbox, on its loopback interface for one.
func (p *Process) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	type dialled struct {
		conn net.Conn
		err  error
	}
	done := make(chan dialled)
	go func() {
		// The thread has changed its network: it is not given back, and so ends with this goroutine.
		runtime.LockOSThread()
		conn, err := p.dialHere(ctx, network, address)
		done <- dialled{conn, err}
	}()
	d := <-done
	return d.conn, d.err
}

func (p *Process) dialHere(ctx context.Context, network, address string) (net.Conn, error) {
	namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", p.PID))
	if err != nil {
		return nil, err
	}
	defer namespace.Close()
	if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("enter the sandbox's network: %w", err)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
