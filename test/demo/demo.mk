# The tutorial. CLUSTER=current uses the cluster that kubectl talks to now; its
# nodes have to have the images.

.PHONY: demo

ifeq ($(CLUSTER),current)
demo: build
	test/demo/demo.sh
else
demo: build cluster images product-image notes-images ## Run the tutorial: a real upgrade, a real refusal, a failure and its resumption.
	KUBECONFIG=$(STYRMIN_CACHE)/kubeconfig test/demo/demo.sh
endif
