// Package debian installs what the cluster takes from Debian.
package debian

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
)

// requirement is a file that must be there and the package that brings it.
type requirement struct{ file, pkg string }

var (
	node = []requirement{
		{"/usr/bin/containerd", "containerd"},
		{"/usr/sbin/runc", "runc"},
		{"/usr/lib/cni/ptp", "containernetworking-plugins"},
		{"/usr/sbin/iptables", "iptables"},
		{"/usr/sbin/conntrack", "conntrack"},
		{"/usr/bin/nsenter", "util-linux"},
		{"/bin/ip", "iproute2"},
		{"/bin/mount", "mount"},
	}
	images = []requirement{
		{"/usr/bin/mmdebstrap", "mmdebstrap"},
		{"/usr/bin/pip3", "python3-pip"},
	}
)

// policyFile is where Debian's maintainer scripts ask whether they may start a daemon.
const policyFile = "/usr/sbin/policy-rc.d"

// InstallNode brings what a running node needs.
func InstallNode() error { return install(node) }

// InstallImageTools brings what building images needs.
func InstallImageTools() error { return install(images) }

func install(wanted []requirement) error {
	missing := absent(wanted)
	if len(missing) == 0 {
		return nil
	}
	allow, err := forbidDaemons()
	if err != nil {
		return err
	}
	defer allow()

	// A list of packages may be there already, and fresh enough: ask for a new one only when it is not.
	if err := apt(append([]string{"install", "-y", "--no-install-recommends"}, missing...)...); err == nil {
		return nil
	}
	if err := apt("update"); err != nil {
		return err
	}
	return apt(append([]string{"install", "-y", "--no-install-recommends"}, missing...)...)
}

func absent(wanted []requirement) []string {
	var missing []string
	for _, r := range wanted {
		if _, err := os.Stat(r.file); err != nil {
			missing = append(missing, r.pkg)
		}
	}
	return missing
}

// forbidDaemons keeps the packages from starting their own containerd outside of our namespaces.
func forbidDaemons() (restore func(), err error) {
	if _, err := os.Stat(policyFile); err == nil {
		return func() {}, nil // somebody has a policy already: theirs to keep
	}
	if err := os.WriteFile(policyFile, []byte("#!/bin/sh\nexit 101\n"), 0o755); err != nil {
		return nil, fmt.Errorf("keep packages from starting daemons: %w", err)
	}
	return func() { os.Remove(policyFile) }, nil
}

func apt(args ...string) error {
	cmd := exec.Command("apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apt-get %v: %w\n%s", args, err, output.String())
	}
	return nil
}
