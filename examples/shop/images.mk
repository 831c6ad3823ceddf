# The shop example's images for the test cluster. The versions are the same file with another SHOP_VERSION.

SHOP_VERSIONS := 1.0.0 2.0.0

.PHONY: shop-images
shop-images: $(SHOP_VERSIONS:%=shop-image-%)
	$(CLUSTER_TOOL) image load $(SHOP_VERSIONS:%=styrmin.local/shop:%)

.PHONY: $(SHOP_VERSIONS:%=shop-image-%)
$(SHOP_VERSIONS:%=shop-image-%): shop-image-%: cluster-tool
	$(CLUSTER_TOOL) image build --tag styrmin.local/shop:$* --base styrmin.local/base:1 \
		--file examples/shop/image/shop:/usr/local/bin/shop:755 --env SHOP_VERSION=$* --user 65532:65532 --entrypoint shop --cmd serve
