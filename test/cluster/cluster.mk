# The test cluster. Everything expensive is kept in $STYRMIN_CACHE (default: $XDG_CACHE_HOME/kubectl-styrmin).
STYRMIN_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kubectl-styrmin
export STYRMIN_CACHE

CLUSTER_SOURCE := test/cluster
CLUSTER_TOOL := $(STYRMIN_CACHE)/bin/cluster

.PHONY: cluster cluster-down cluster-binaries cluster-tool images envtest-assets

cluster: cluster-tool ## Start a real Kubernetes node on this machine; the last line is its kubeconfig.
	@$(CLUSTER_TOOL) --source $(CLUSTER_SOURCE) up

cluster-down: cluster-tool ## Stop that node and remove everything of it but the caches.
	@$(CLUSTER_TOOL) --source $(CLUSTER_SOURCE) down

cluster-binaries: cluster-tool ## Build the programs of the test cluster only.
	@$(CLUSTER_TOOL) --source $(CLUSTER_SOURCE) binaries

images: cluster-tool ## Build the images that tests use (Debian, PostgreSQL, Prefect).
	@$(CLUSTER_TOOL) --source $(CLUSTER_SOURCE) images

envtest-assets: cluster-binaries ## The same: etcd, kube-apiserver and kubectl lie where KUBEBUILDER_ASSETS may point to.

# Always asked for: the go command knows best whether something changed.
cluster-tool:
	@cd $(CLUSTER_SOURCE) && go build -trimpath -o $(CLUSTER_TOOL) .
