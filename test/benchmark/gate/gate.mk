# What the gate costs. Included by the root Makefile.

.PHONY: bench-gate
bench-gate: build cluster images product-image ## Measure Helm-record creates with and without the webhook, and what it takes in a full cluster (ten minutes).
	$(ON_CLUSTER) go run ./test/benchmark/gate --image $(IMAGE)
