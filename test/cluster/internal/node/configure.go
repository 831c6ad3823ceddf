package node

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"styrmin.local/test/cluster/internal/pki"
)

//go:embed config
var configs embed.FS

// configure writes certificates, kubeconfigs and configuration files, the same ones every time.
func (n *Node) configure() error {
	for _, dir := range []string{"config", "kubelet", "var-log", "cni"} {
		if err := os.MkdirAll(n.cache.State(dir), 0o755); err != nil {
			return err
		}
	}
	authority, err := n.Authority()
	if err != nil {
		return err
	}
	if err := n.certificates(authority); err != nil {
		return err
	}
	if err := n.kubeconfigs(authority); err != nil {
		return err
	}
	return n.templates()
}

func (n *Node) certificates(authority *pki.Authority) error {
	for file, subject := range map[string]pki.Subject{
		"kube-apiserver": {User: "kube-apiserver", Hosts: []string{
			nodeAddress, apiService, "127.0.0.1", "localhost",
			"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
		}},
		"kube-apiserver-kubelet-client": {User: "kube-apiserver-kubelet-client", Groups: []string{"system:masters"}},
		"kubelet-server":                {User: name, Hosts: []string{nodeAddress, name}},
		"service-accounts":              {User: "service-accounts"}, // only its key is used
	} {
		if _, err := os.Stat(n.pki(file + ".key")); err == nil {
			continue
		}
		if _, _, err := authority.Issue(file, subject); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) kubeconfigs(authority *pki.Authority) error {
	for file, subject := range map[string]pki.Subject{
		n.config("kubelet.kubeconfig"):                 {User: "system:node:" + name, Groups: []string{"system:nodes"}},
		n.config("kube-proxy.kubeconfig"):              {User: "system:kube-proxy"},
		n.config("kube-scheduler.kubeconfig"):          {User: "system:kube-scheduler"},
		n.config("kube-controller-manager.kubeconfig"): {User: "system:kube-controller-manager"},
		n.cache.Kubeconfig():                           {User: "admin", Groups: []string{"system:masters"}},
	} {
		if _, err := os.Stat(file); err == nil {
			continue
		}
		data, err := authority.Kubeconfig(Server, subject)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// templates writes the files of config/ with our addresses and paths filled in.
func (n *Node) templates() error {
	values := map[string]string{
		"Name": name, "NodeAddress": nodeAddress, "PodRange": podRange, "DNSService": dnsService,
		"PauseImage": PauseImage, "ContainerdSocket": containerdSocket,
		"State": n.cache.State(), "Config": n.cache.State("config"), "PKI": n.cache.State("pki"),
	}
	all, err := template.New("").Option("missingkey=error").ParseFS(configs, "config/*")
	if err != nil {
		return fmt.Errorf("configuration templates: %w", err)
	}
	for _, t := range all.Templates() {
		file, err := os.Create(filepath.Join(n.cache.State("config"), t.Name()))
		if err != nil {
			return err
		}
		if err := t.Execute(file, values); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}
