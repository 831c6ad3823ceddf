# What the gate costs. Included by the root Makefile.

.PHONY: bench-gate
bench-gate: build cluster images product-image ## Measure Helm-record creates with and without the webhook, and what it takes in a full cluster (ten minutes).
	go build -o bin/bench-gate ./test/benchmark/gate
	# Clients are other machines: what they do here must not take CPU time from the cluster.
	$(ON_CLUSTER) nice -n 19 bin/bench-gate --image $(IMAGE)
