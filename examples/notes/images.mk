# The notes example: its images for the test cluster, and its own tests.
# The versions are the same files with another NOTES_VERSION.

NOTES_VERSIONS := 1.0.0 2.0.0 2.0.1
NOTES_APP := examples/notes/app

.PHONY: notes-images test-notes

notes-images: $(NOTES_VERSIONS:%=notes-image-%) ## Build the notes example's images and load them into the test cluster.
	$(CLUSTER_TOOL) image load $(NOTES_VERSIONS:%=styrmin.local/notes:%)

.PHONY: $(NOTES_VERSIONS:%=notes-image-%)
$(NOTES_VERSIONS:%=notes-image-%): notes-image-%: cluster-tool
	@rm -rf $(NOTES_APP)/notes/__pycache__
	$(CLUSTER_TOOL) image build --tag styrmin.local/notes:$* --base styrmin.local/base:1 \
		--dir $(NOTES_APP)/notes:/usr/local/notes --file $(NOTES_APP)/bin/notes:/usr/local/bin/notes:755 \
		--env NOTES_VERSION=$* --user 65532:65532 --entrypoint notes --cmd serve

test-notes: ## Test the notes service on a real, temporary PostgreSQL.
	@{ test -x "$$(command -v initdb)" || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 && /usr/bin/python3 -c 'import psycopg2' 2>/dev/null \
		|| apt-get install --yes --no-install-recommends postgresql python3-psycopg2
	cd $(NOTES_APP) && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m unittest
