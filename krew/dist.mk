# The release: archives for krew, their checksums, and krew/styrmin.yaml. Included by the root Makefile.

# Six programs that link Helm take several minutes on two cores; they are built one after the other.
DIST_PLATFORMS := linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64 windows_arm64
# krew wants a semantic version with a leading v: the newest tag, or DIST_VERSION=v1.2.3.
DIST_VERSION ?= $(or $(shell git describe --tags --match 'v[0-9]*' --abbrev=0 2>/dev/null),v0.1.0)
# Archives of one commit are the same wherever they are made.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)
DIST_LDFLAGS := -s -w -X github.com/styrmin/kubectl-styrmin/plugin.Version=$(DIST_VERSION)

.PHONY: dist
dist: $(DIST_PLATFORMS:%=dist-program-%) ## Build and pack a release for every platform into dist/.
	go run ./krew/generate -version $(DIST_VERSION) -epoch $(SOURCE_DATE_EPOCH) -binaries dist/bin -out dist -manifest krew/styrmin.yaml
	@cat dist/checksums.txt

dist-program-%:
	GOOS=$(word 1,$(subst _, ,$*)) GOARCH=$(word 2,$(subst _, ,$*)) CGO_ENABLED=0 \
	  go build -trimpath -buildvcs=false -ldflags '$(DIST_LDFLAGS)' -o dist/bin/$*/ ./cmd/kubectl-styrmin
