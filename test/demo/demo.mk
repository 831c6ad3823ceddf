# The tutorial. CLUSTER=current uses the cluster that kubectl talks to now; its
# nodes have to have the images.

.PHONY: demo

ifeq ($(CLUSTER),current)
demo: build
	test/demo/demo.sh
else
demo: build cluster images product-image notes-images
	KUBECONFIG=$(or $(STYRMIN_CACHE),$(HOME)/.cache/kubectl-styrmin)/kubeconfig test/demo/demo.sh
endif
