package node

import "styrmin.local/test/cluster/internal/sandbox"

// components in the order of their start. Leader election is off: there is one of each, and a busy machine must not
// make it give up.
func (n *Node) components() []sandbox.Component {
	return []sandbox.Component{
		{
			Name:  "containerd",
			Ready: "unix:" + containerdSocket,
			Args:  []string{"/usr/bin/containerd", "--config", n.config("containerd.toml")},
		},
		{
			Name:  "etcd",
			Ready: etcdURL + "/health",
			Args: []string{
				n.program("etcd"),
				"--data-dir=" + n.cache.State("etcd"),
				"--unsafe-no-fsync", // the data is thrown away anyway
				// The most that etcd is made for: bench-gate stores records of 1 MiB by the thousand.
				"--quota-backend-bytes=8589934592",
				"--listen-client-urls=" + etcdURL,
				"--advertise-client-urls=" + etcdURL,
				"--listen-peer-urls=http://127.0.0.1:2380",
			},
		},
		{
			Name:  "kube-apiserver",
			Ready: "https://" + nodeAddress + ":6443/readyz",
			Args: []string{
				n.program("kube-apiserver"),
				"--bind-address=0.0.0.0",
				"--advertise-address=" + nodeAddress,
				"--secure-port=6443",
				"--etcd-servers=" + etcdURL,
				"--authorization-mode=Node,RBAC",
				"--enable-admission-plugins=NodeRestriction",
				"--service-cluster-ip-range=" + services,
				"--allow-privileged=true",
				"--client-ca-file=" + n.pki("ca.crt"),
				"--tls-cert-file=" + n.pki("kube-apiserver.crt"),
				"--tls-private-key-file=" + n.pki("kube-apiserver.key"),
				"--kubelet-certificate-authority=" + n.pki("ca.crt"),
				"--kubelet-client-certificate=" + n.pki("kube-apiserver-kubelet-client.crt"),
				"--kubelet-client-key=" + n.pki("kube-apiserver-kubelet-client.key"),
				"--kubelet-preferred-address-types=InternalIP", // the node's name resolves nowhere
				"--service-account-issuer=https://kubernetes.default.svc",
				"--service-account-key-file=" + n.pki("service-accounts.key"),
				"--service-account-signing-key-file=" + n.pki("service-accounts.key"),
			},
		},
		{
			Name: "kube-controller-manager",
			Args: []string{
				n.program("kube-controller-manager"),
				"--kubeconfig=" + n.config("kube-controller-manager.kubeconfig"),
				"--bind-address=127.0.0.1",
				"--leader-elect=false",
				"--use-service-account-credentials=true",
				"--root-ca-file=" + n.pki("ca.crt"),
				"--cluster-signing-cert-file=" + n.pki("ca.crt"),
				"--cluster-signing-key-file=" + n.pki("ca.key"),
				"--service-account-private-key-file=" + n.pki("service-accounts.key"),
			},
		},
		{
			Name: "kube-scheduler",
			Args: []string{
				n.program("kube-scheduler"),
				"--kubeconfig=" + n.config("kube-scheduler.kubeconfig"),
				"--bind-address=127.0.0.1",
				"--leader-elect=false",
			},
		},
		{
			Name: "kube-proxy",
			Args: []string{
				n.program("kube-proxy"),
				"--config=" + n.config("kube-proxy.yaml"),
				"--hostname-override=" + name,
			},
		},
		{
			Name:  "disk",
			Ready: "unix:" + csiSocket,
			Args: []string{
				n.program("disk"),
				"--node=" + name,
				"--data=/var/lib/kubelet/disk",
				"--endpoint=" + csiSocket,
				"--registration=" + registrationSocket,
			},
		},
		{
			Name:  "kubelet",
			Ready: "http://127.0.0.1:10248/healthz",
			Args: []string{
				n.program("kubelet"),
				"--config=" + n.config("kubelet.yaml"),
				"--kubeconfig=" + n.config("kubelet.kubeconfig"),
				"--hostname-override=" + name,
				"--node-ip=" + nodeAddress,
			},
		},
		n.storage("csi-provisioner", "--csi-address="+csiSocket),
		n.storage("csi-snapshotter", "--csi-address="+csiSocket),
		n.storage("snapshot-controller", "--feature-gates=CSIVolumeGroupSnapshot=false"),
	}
}

// Sockets of the CSI driver: its own, and the one that the kubelet finds it by.
const (
	csiSocket          = "/var/lib/kubelet/disk.sock"
	registrationSocket = "/var/lib/kubelet/plugins_registry/disk-reg.sock"
)

// storage is a controller of volumes or snapshots.
func (n *Node) storage(name string, args ...string) sandbox.Component {
	return sandbox.Component{
		Name: name, Later: true,
		Args: append([]string{n.program(name), "--kubeconfig=" + n.cache.Kubeconfig(), "--kube-api-qps=100", "--kube-api-burst=200"}, args...),
	}
}
