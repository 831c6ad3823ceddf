# kubectl-styrmin. `make` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

include test/cluster/cluster.mk
include examples/notes/images.mk
include examples/founding/images.mk
include examples/infrahub/images.mk
include examples/shop/images.mk
include test/demo/demo.mk
include test/benchmark/validate/validate.mk
include test/benchmark/gate/gate.mk
include test/benchmark/action/action.mk
-include krew/dist.mk

export PATH := $(CURDIR)/bin:$(STYRMIN_CACHE)/bin:$(PATH)

VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo dev)
LDFLAGS := -s -w $(foreach p,plugin webhook,-X github.com/styrmin/kubectl-styrmin/$(p).Version=$(VERSION))
GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)'
CONTROLLER_GEN := go run sigs.k8s.io/controller-tools/cmd/controller-gen@v0.23.0
# The image of the product in the test cluster.
IMAGE := styrmin.local/styrmin:dev

.PHONY: help
help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

.PHONY: build
build: ## Build the plugin, the webhook and the runner into bin/.
	@mkdir -p bin
	$(GO_BUILD) -o bin/ ./cmd/...

.PHONY: product-image
product-image: build cluster-tool ## Build the product's image and load it into the test cluster.
	$(CLUSTER_TOOL) image build --tag $(IMAGE) $(foreach b,kubectl-styrmin styrmin-webhook styrmin-runner,--file bin/$(b):/$(b):755) --user 65532:65532
	$(CLUSTER_TOOL) image load $(IMAGE)

.PHONY: generate
generate: ## Generate the CRDs and deep copies from pkg/api/v1.
	$(CONTROLLER_GEN) object paths=./pkg/api/v1
	$(CONTROLLER_GEN) crd paths=./pkg/api/v1 output:crd:dir=manifests/crd

.PHONY: test-unit
test-unit: ## Run the tests that need no cluster.
	go vet ./...
	go test ./...

# What does several things at a time, but for pkg/engine: its tests give a run a time, and the detector takes ten.
CONCURRENT := ./cmd/... ./pkg/components/... ./pkg/helm ./pkg/jobs ./pkg/lifecycle ./pkg/runner/... ./plugin/... ./webhook

.PHONY: test-race
test-race: ## Look for data races with the tests that need no cluster (a quarter of an hour).
	go test -race -count=1 -timeout 60m $(CONCURRENT)

# Tests that need a cluster find it by this; without it they skip, saying so.
ON_CLUSTER := STYRMIN_TEST_KUBECONFIG=$(STYRMIN_CACHE)/kubeconfig

.PHONY: mutate-rules
mutate-rules: ## Disable the check of each rule in turn, and expect the tests to fail.
	go run ./test/mutation

.PHONY: python-venv
python-venv: # Debian's Python comes without its module for virtual environments.
	@python3 -c 'import ensurepip, venv' 2>/dev/null || apt-get install --yes --no-install-recommends python3-venv

.PHONY: test-python
test-python: python-venv ## Run the Python package with each Python, and the oldest and the newest Prefect of each (ten minutes).
	STYRMIN_PYTHONS=1 go test -count=1 -timeout 60m ./pkg/runner -run '^TestPythons$$' -v
	go test -count=1 ./pkg/runner/python

.PHONY: chromium
chromium: # Looks at Prefect's pages.
	@command -v chromium >/dev/null || apt-get install --yes --no-install-recommends chromium

.PHONY: browser
browser: build cluster images product-image shop-images chromium ## See a run in Prefect's own pages with a headless Chromium; the pictures are in dist/prefect.
	$(ON_CLUSTER) STYRMIN_BROWSER=1 go test -count=1 ./test/e2e -run '^TestPrefectPages$$' -v

.PHONY: test
test: build cluster images product-image notes-images founding-image infrahub-image shop-images python-venv chromium test-notes ## Run every test, on a real cluster.
	go vet ./...
	cd test/cluster && go vet ./... && go test ./...
	cd test/cluster/storage && go vet ./... && go test ./...
	$(ON_CLUSTER) go test -count=1 -timeout 30m $$(go list ./... | grep -v /test/e2e)
	@echo "The packages passed; now end to end, on the real node (about twenty minutes)."
	$(ON_CLUSTER) go test -count=1 -timeout 50m ./test/e2e

.PHONY: crash-matrix
crash-matrix: build cluster images product-image ## Kill an upgrade at every call that changes something, on the real cluster (a quarter of an hour).
	$(ON_CLUSTER) STYRMIN_CRASH_MATRIX=1 go test -count=1 -timeout 60m ./test/e2e -run '^TestCrashMatrix$$' -v

.PHONY: fault-matrix
fault-matrix: build cluster images product-image ## Let an upgrade meet one fault after the other, on the real cluster (ten minutes).
	$(ON_CLUSTER) STYRMIN_FAULT_MATRIX=1 go test -count=1 -timeout 60m ./test/e2e -run '^TestFaultMatrix$$' -v

.PHONY: race
race: build cluster images product-image ## Twenty engines want one upgrade; fifty deployments upgrade at once, on the real cluster (ten minutes).
	$(ON_CLUSTER) STYRMIN_RACE=1 go test -count=1 -timeout 60m ./test/e2e -run '^TestRace' -v

# How long the traffic of `make availability` flows.
AVAILABILITY ?= 10m

.PHONY: availability
availability: build cluster images product-image ## Restart all that the gate rests on, under steady traffic, and classify every call (ten minutes).
	$(ON_CLUSTER) STYRMIN_AVAILABILITY=$(AVAILABILITY) go test -count=1 -timeout 60m ./test/e2e -run '^TestAvailability$$' -v

.PHONY: bench-latency
bench-latency: build cluster images product-image quick-image ## Measure how long a run stands still between two modes, on the real cluster.
	$(ON_CLUSTER) STYRMIN_BENCH_LATENCY=1 go test -count=1 -timeout 30m ./test/e2e -run '^TestLatency$$' -v

.PHONY: quick-image
quick-image: cluster-tool # Of actions that succeed at once, where only what is around them is measured.
	$(CLUSTER_TOOL) image build --tag styrmin.local/quick:1 --base styrmin.local/base:1 --file test/e2e/testdata/quick/python3:/usr/local/bin/python3:755 --env PATH=/usr/local/bin:/usr/bin:/bin
	$(CLUSTER_TOOL) image load styrmin.local/quick:1
