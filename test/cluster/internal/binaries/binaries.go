// Package binaries builds the programs of the cluster from their Go modules.
package binaries

import (
	"bufio"
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"styrmin.local/test/cluster/internal/cache"
)

// group is what one invocation of the go command builds: programs that share most of their packages.
type group struct {
	title    string
	module   string            // the programs are up to date when they contain this module …
	version  string            // … at this version
	packages map[string]string // program → package
	ldflags  []string
	dir      string // of the module that requires them; empty: each package is installed by itself, at its version
}

// helmVersions by the name of the program.
var helmVersions = map[string]string{"helm3": "v3.22.0", "helm4": "v4.3.1"}

// Builder builds what is missing in the cache.
type Builder struct {
	Cache cache.Dir
	// Source is the directory of this module; its subdirectory kubernetes says which Kubernetes to build.
	Source string
}

// Steps of the work that is left, in the order of its urgency.
func (b Builder) Steps() ([]Step, error) {
	kubernetes, err := b.kubernetes()
	if err != nil {
		return nil, err
	}
	etcd, err := b.own("etcd", "etcd", "go.etcd.io/etcd/server/v3")
	if err != nil {
		return nil, err
	}
	coredns, err := b.own("coredns", "CoreDNS", "github.com/coredns/coredns")
	if err != nil {
		return nil, err
	}
	storage, err := b.storage()
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, g := range slices.Concat([]group{kubernetes, etcd, coredns}, storage, helms()) {
		missing := b.missing(g)
		if len(missing) == 0 {
			continue
		}
		steps = append(steps, Step{
			Title: "building " + g.title,
			Run:   func(say func(string)) error { return b.build(g, missing, say) },
		})
	}
	return steps, nil
}

// Step is one invocation of the go command.
type Step struct {
	Title string
	Run   func(say func(string)) error
}

func (b Builder) kubernetes() (group, error) {
	const module = "k8s.io/kubernetes"
	dir := filepath.Join(b.Source, "kubernetes")
	version, err := required(dir, module)
	if err != nil {
		return group{}, err
	}
	g := group{title: "Kubernetes " + version, module: module, version: version, dir: dir, packages: map[string]string{}}
	// Clients parse the version; without these it is "v0.0.0-master+$Format:%H$".
	parts := strings.SplitN(version, ".", 3)
	for variable, value := range map[string]string{
		"gitVersion": version, "gitMajor": strings.TrimPrefix(parts[0], "v"), "gitMinor": parts[1],
	} {
		g.ldflags = append(g.ldflags, "-X k8s.io/component-base/version."+variable+"="+value)
	}
	slices.Sort(g.ldflags) // the go command rebuilds when they change
	for _, name := range []string{
		"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl",
	} {
		g.packages[name] = module + "/cmd/" + name
	}
	return g, nil
}

// own is a program of a main package of ours, in a module of its own, that is mostly another module.
func (b Builder) own(name, title, module string) (group, error) {
	g := group{title: title, module: module, dir: filepath.Join(b.Source, name)}
	var err error
	g.version, err = required(g.dir, g.module)
	g.title += " " + g.version
	g.packages = map[string]string{name: "styrmin.local/test/cluster/" + name}
	return g, err
}

// storage are the controllers of volumes and snapshots, in the order of what they share.
func (b Builder) storage() ([]group, error) {
	const csi = "github.com/kubernetes-csi/"
	dir := filepath.Join(b.Source, "storage")
	groups := []group{
		{title: "snapshot controllers", module: csi + "external-snapshotter/v8", packages: map[string]string{"snapshot-controller": "/cmd/snapshot-controller", "csi-snapshotter": "/cmd/csi-snapshotter"}},
		{title: "volume provisioner", module: csi + "external-provisioner/v6", packages: map[string]string{"csi-provisioner": "/cmd/csi-provisioner"}},
	}
	for i := range groups {
		g := &groups[i]
		var err error
		if g.version, err = required(dir, g.module); err != nil {
			return nil, err
		}
		g.dir = dir
		g.title += " " + g.version
		for name, below := range g.packages {
			g.packages[name] = g.module + below
		}
	}
	return groups, nil
}

// Storage builds the cluster's own CSI driver, and takes the kinds of snapshots from the module that has them.
func (b Builder) Storage() error {
	dir := filepath.Join(b.Source, "storage")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.Cache.Program("disk"), "./disk")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the CSI driver: %w\n%s", err, output)
	}
	list := exec.Command("go", "list", "-m", "-f={{.Dir}}", "github.com/kubernetes-csi/external-snapshotter/client/v8")
	list.Dir = dir
	module, err := list.Output()
	if err != nil {
		return fmt.Errorf("find the kinds of snapshots: %w", err)
	}
	crds := filepath.Join(strings.TrimSpace(string(module)), "config", "crd")
	var all []byte
	for _, kind := range []string{"volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots"} {
		crd, err := os.ReadFile(filepath.Join(crds, "snapshot.storage.k8s.io_"+kind+".yaml"))
		if err != nil {
			return err
		}
		all = append(all, crd...)
	}
	return os.WriteFile(b.Cache.SnapshotKinds(), all, 0o600)
}

// required is the version of a module that the go.mod of a directory asks for.
func required(dir, module string) (string, error) {
	gomod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("find out which %s to build: %w", module, err)
	}
	match := regexp.MustCompile(`(?m)^(?:require)?\s*` + regexp.QuoteMeta(module) + ` (v\S+)`).FindSubmatch(gomod)
	if match == nil {
		return "", fmt.Errorf("%s/go.mod does not require %s", dir, module)
	}
	return string(match[1]), nil
}

func helms() []group {
	var groups []group
	for _, name := range []string{"helm3", "helm4"} {
		version := helmVersions[name]
		major := strings.TrimPrefix(name, "helm")
		module := "helm.sh/helm/v" + major
		groups = append(groups, group{
			title: "Helm " + version, module: module, version: version,
			packages: map[string]string{name: module + "/cmd/helm"},
			ldflags:  []string{"-X " + module + "/internal/version.version=" + version},
		})
	}
	return groups
}

// missing are the programs of the group that are not there at the right version.
func (b Builder) missing(g group) []string {
	var names []string
	for name := range g.packages {
		if !contains(b.Cache.Program(name), g.module, g.version) {
			names = append(names, name)
		}
	}
	return names
}

// contains asks the program itself what it was built from; Go records it.
func contains(program, module, version string) bool {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return false
	}
	if info.Main.Path == module {
		return info.Main.Version == version
	}
	for _, dep := range info.Deps {
		if dep.Path == module {
			return dep.Version == version
		}
	}
	return false
}

func (b Builder) build(g group, names []string, say func(string)) error {
	// Built beside the place where they belong and renamed: an interrupted build leaves no half program.
	out, err := os.MkdirTemp(string(b.Cache), "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)

	args := []string{"-v", "-trimpath", "-ldflags", strings.Join(append([]string{"-s", "-w"}, g.ldflags...), " ")}
	if g.dir != "" {
		args = append([]string{"build"}, append(args, "-o", out+"/")...)
		for _, name := range names {
			args = append(args, g.packages[name])
		}
	} else {
		args = append([]string{"install"}, append(args, g.packages[names[0]]+"@"+g.version)...)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+out)
	if err := run(cmd, say); err != nil {
		return err
	}
	for _, name := range names {
		built := filepath.Join(out, filepath.Base(g.packages[name]))
		if err := os.Rename(built, b.Cache.Program(name)); err != nil {
			return err
		}
	}
	return nil
}

// run the go command and count the packages that it names while compiling.
func run(cmd *exec.Cmd, say func(string)) error {
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the go command: %w", err)
	}
	packages := 0
	var rest bytes.Buffer
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		line := lines.Text()
		if strings.ContainsAny(line, " :") {
			fmt.Fprintln(&rest, line) // a package's path contains neither
			continue
		}
		packages++
		say(fmt.Sprintf("%d packages compiled", packages))
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, rest.String())
	}
	return nil
}
