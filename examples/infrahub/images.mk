# The image of the infrahub example's stand-in, for the test cluster.

.PHONY: infrahub-image
infrahub-image: cluster-tool
	$(CLUSTER_TOOL) image build --tag styrmin.local/infrahub:1 --base styrmin.local/base:1 \
		--file examples/infrahub/image/infrahub:/usr/local/bin/infrahub:755 \
		--file examples/infrahub/image/neo4j-admin:/usr/local/bin/neo4j-admin:755
	$(CLUSTER_TOOL) image load styrmin.local/infrahub:1
