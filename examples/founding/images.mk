# The founding example's image for the test cluster.

.PHONY: founding-image
founding-image: cluster-tool
	$(CLUSTER_TOOL) image build --tag styrmin.local/founding:1 --base styrmin.local/base:1 \
		--file examples/founding/image/infrahub:/usr/local/bin/infrahub:755
	$(CLUSTER_TOOL) image load styrmin.local/founding:1
