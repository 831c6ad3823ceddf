#!/usr/bin/env bash
# The tutorial of kubectl-styrmin, run for real: one application from its first
# setup through an upgrade that has to migrate its data, a change around the tool
# that is held, and an upgrade that fails and is resumed. Whatever it claims, it checks.
#
# Usage: make demo                  on the cluster of test/cluster
#        make demo CLUSTER=current  on the cluster that kubectl talks to now
#
# With a cluster of your own, its nodes need the images named here:
: "${STYRMIN_IMAGE:=styrmin.local/styrmin:dev}" "${JOB_IMAGE:=styrmin.local/actions:3}"

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=test/demo/narrate.sh
source test/demo/narrate.sh

driver=examples/notes
namespace=notes
api=/api/v1/namespaces/$namespace/services/notes-server:8080/proxy
start=$EPOCHREALTIME

main() {
	tools
	step "The cluster"
	run kubectl get nodes

	step "Install Styrmin, once per cluster"
	run kubectl styrmin install --image "$STYRMIN_IMAGE" --action-image "$JOB_IMAGE" --prefect --prefect-image "$JOB_IMAGE" --prefect-storage none
	clean_up

	step "Prepare a namespace, once per namespace: from now on its Helm releases are guarded"
	run kubectl styrmin prepare "$namespace"
	kubectl label namespace "$namespace" styrmin-demo=true >/dev/null

	step "Check the driver, without a cluster"
	run kubectl styrmin validate "$driver"

	set_up
	held
	upgrade
	fail_and_resume

	took
	printf '\n%sAll of it held, in %s s.%s The application is still there: kubectl delete namespace %s removes it.\n' \
		"$bold" "$(since "$start")" "$plain" "$namespace"
}

set_up() {
	step "Set up version 1.0.0"
	run kubectl styrmin setup notes --yes -n "$namespace" --driver "$driver" --version 1.0.0 \
		--set owner_email=you@example.org --set greeting=Welcome
	promise "Helm has one revision" equal "$(revision)" 1

	step "Write some notes"
	write 'Shopping\nmilk, bread' 'One line only' 'Ideas\n\nsplit the body into title and content'
	run kubectl get --raw "$api/notes"
	promise "three notes are there, in schema 1" equal "$(notes total) $(notes schema)" "3 1"
}

held() {
	step "Upgrade around Styrmin: a plain helm upgrade"
	say "It would start new servers on the old schema, with the worker running and no backup."
	refused 1 helm upgrade notes "$driver/chart" -n "$namespace" --reuse-values --set image.tag=2.0.0
	promise "the refusal names the next command" contains "$output" "kubectl styrmin upgrade notes"
	promise "Helm still has one revision" equal "$(revision)" 1
	promise "version 1.0.0 still answers" equal "$(version)" 1.0.0
}

upgrade() {
	step "Upgrade with Styrmin to 2.0.0"
	say "pre: stop the worker, back up · core: Helm, then migrate · post: start the worker, verify"
	run kubectl styrmin upgrade notes --yes -n "$namespace" --driver "$driver" --version 2.0.0
	promise "version 2.0.0 answers" equal "$(version)" 2.0.0
	run kubectl get --raw "$api/notes"
	promise "the three notes are still there, in schema 2" equal "$(notes total) $(notes schema)" "3 2"
	promise "the first one has a title" contains "$(notes)" '"title": "Shopping", "content": "milk, bread"'
	promise "the worker runs again" equal "$(ready_workers)" 1

	step "What Styrmin knows of it"
	run kubectl styrmin status notes -n "$namespace"
}

fail_and_resume() {
	step "An upgrade that fails in its last mode"
	say "Somebody closed the notes for maintenance, and forgot."
	run kubectl exec -n "$namespace" deploy/notes-server -- notes maintenance on --reason "moving the disks"
	refused 1 kubectl styrmin upgrade notes -n "$namespace" --driver "$driver" --version 2.0.1
	promise "the operator reads why" contains "$output" "moving the disks"
	promise "what was done stays done: version 2.0.1 answers" equal "$(version)" 2.0.1
	local jobs revision
	jobs=$(jobs) revision=$(revision)
	run kubectl styrmin status notes -n "$namespace"

	step "Fix the cause, then resume with the same command"
	run kubectl exec -n "$namespace" deploy/notes-server -- notes maintenance off
	run kubectl styrmin upgrade notes --yes -n "$namespace" --driver "$driver" --version 2.0.1
	promise "only the failed action ran again" equal "$(comm -13 <(echo "$jobs") <(jobs) | cut -d' ' -f1)" verify_upgrade
	promise "Helm was not asked again" equal "$(revision)" "$revision"
	promise "the three notes are still there" equal "$(notes total)" 3
}

# tools puts the plugin of this tree first in the PATH: kubectl finds it there by its name.
tools() {
	PATH=$PWD/bin:${STYRMIN_CACHE:-$HOME/.cache/kubectl-styrmin}/bin:$PATH
	type -P kubectl-styrmin >/dev/null || fail "bin/kubectl-styrmin is not there: make build"
	helm=$(type -P helm || type -P helm4 || type -P helm3) || fail "there is no helm in the PATH"
}
helm() { "$helm" "$@"; }

# clean_up removes what an earlier demo left, and nothing else.
clean_up() {
	local owner
	owner=$(kubectl get namespace "$namespace" --ignore-not-found -o jsonpath='{.metadata.name} {.metadata.labels.styrmin-demo}')
	[[ -z $owner || $owner == *true ]] || fail "namespace $namespace is there and not the demo's: it would be deleted"
	kubectl delete namespace "$namespace" --ignore-not-found --timeout=2m >/dev/null
	kubectl delete applicationdriver notes --ignore-not-found >/dev/null
}

# write TEXT… posts notes; \n in a text is a line break.
write() {
	local text
	for text in "$@"; do
		show kubectl create --raw "$api/notes" -f - '<<<' "{\"body\": \"$text\"}"
		kubectl create --raw "$api/notes" -f - <<<"{\"body\": \"$text\"}"
	done
}

# notes [FIELD] reads the notes through the API, or one number of the answer.
notes() {
	local answer
	answer=$(kubectl get --raw "$api/notes")
	if [[ $# == 0 ]]; then
		echo "$answer"
	else
		[[ $answer =~ \"$1\":\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
	fi
}

version() { kubectl get --raw "$api/version" | cut -d'"' -f4; }

revision() { helm history notes -n "$namespace" | awk 'NR > 1 { newest = $1 } END { print newest + 0 }'; }

ready_workers() { kubectl get deployment notes-worker -n "$namespace" -o jsonpath='{.status.readyReplicas}'; }

# jobs lists the actions' Jobs, sorted: the action's name and the Job's uid.
jobs() {
	kubectl get jobs -n "$namespace" -l styrmin.io/run -o \
		jsonpath='{range .items[*]}{.metadata.annotations.styrmin\.io/action-name} {.metadata.uid}{"\n"}{end}' | sort
}

equal() { [[ $1 == "$2" ]]; }
contains() { [[ $1 == *"$2"* ]]; }

main "$@"
