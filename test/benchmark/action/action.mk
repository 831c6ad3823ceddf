# How much an action's flow and its primitives cost beside what they are there for.
.PHONY: bench-action timed-images

bench-action: build cluster images product-image timed-images ## Measure an action until its flow's first line, and its primitives, on the real cluster.
	$(ON_CLUSTER) STYRMIN_BENCH_ACTION=1 go test -count=1 -timeout 30m ./test/e2e -run '^TestOverhead$$' -v

SITE := /usr/local/lib/python3.11/dist-packages

timed-images: cluster-tool # The images of actions and of the runner, which tell when they do what.
	$(CLUSTER_TOOL) image build --tag styrmin.local/timed-actions:1 --base styrmin.local/actions:3 $(foreach f,clock.py clock.pth,--file test/benchmark/action/$(f):$(SITE)/$(f):644)
	$(GO_BUILD) -o bin/timed-runner ./test/benchmark/action/runner
	$(CLUSTER_TOOL) image build --tag styrmin.local/timed-runner:1 --file bin/timed-runner:/styrmin-runner:755 --user 65532:65532
	$(CLUSTER_TOOL) image load styrmin.local/timed-actions:1 styrmin.local/timed-runner:1
