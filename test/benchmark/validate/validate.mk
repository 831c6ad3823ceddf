# How fast `kubectl styrmin validate` is. Included by the root Makefile.

.PHONY: bench-validate
bench-validate: ## Measure `validate` on up to 10,000 drivers; fail when it is too slow.
	@mkdir -p bin
	$(GO_BUILD) -o bin/ ./cmd/kubectl-styrmin
	@go run ./test/benchmark/validate
