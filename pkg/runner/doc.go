// Package runner is the pod's side of an action: it installs itself into the
// pod, runs the flow, and carries out the primitives that the flow calls.
//
// # The protocol of a primitive
//
// A primitive is one process:
//
//	styrmin-runner call PRIMITIVE < request > answer
//
// The request is one JSON object on standard input, never on the command line:
// it may carry what nobody shall read in a list of processes. A field that the
// primitive does not know is an error. The answer is one JSON object on standard
// output, written when the primitive ends. Standard error carries progress and the
// output of commands as it comes, in whole lines, for the log.
//
// SIGTERM ends a primitive: it answers, with an error of kind interrupted.
// What it asked of the cluster stays asked, and the same call finishes it; only
// the pod of run_job is deleted, so that nothing goes on unseen.
//
// Exit codes: 0 when the answer has no error, 1 when it has one, 2 when the
// request is wrong; then the error's kind is usage.
//
// # Requests
//
// Every request may have these fields:
//
//	deployment      "NAMESPACE/NAME"; default: $STYRMIN_DEPLOYMENT_ID
//	timeoutSeconds  a number; 0 or absent is the default: 600 for what waits for
//	                pods, no bound but the action's own for what runs a command
//
// Components are named as in the driver. The primitives, and their own fields
// (those without a default in brackets are required):
//
//	stop_components      components
//	start_components     components
//	restart_components   components
//	scale_components     components, replicas
//	wait_for_components  components, for ["ready"]: ready or stopped
//	execute_commands     component, commands: a list of lists of strings, container [the pod's
//	                     default one], pod [the newest ready one], allPods [false]: each, once all
//	                     are ready, environment {NAME: VALUE}, stdin: text, given to every command,
//	                     expect, reject: regular expressions (RE2), podWaitSeconds [120]
//	run_job              component, command: a list of strings, name ["main"]: tells this job from
//	                     the component's others, image [what the component's pods have now]: also
//	                     ":TAG" or "@DIGEST", another version of it, container, environment,
//	                     expect, reject
//	get_logs             component, container, pod [the newest], allPods [false], tailLines [all],
//	                     sinceSeconds [all], previous [false]: of the container before its restart
//	copy_from            component, path: a file or directory in the container, to: a local
//	                     directory, container, pod, maxBytes [1 GiB]
//	upgrade_deployment_version
//	                     targetVersion [the run's]: another one is an error
//	backup_components    components, name: what the backup is called
//	restore_components   components, name
//
// # Answers
//
// An answer is {"results": […], "error": {…}}, each absent when there is nothing
// to say. A primitive that fails midway may have both. What a result is depends
// on the primitive; those that are not listed have none.
//
//	execute_commands     {component, pod, container, command, exitCode, stdout, stderr, truncated,
//	                     durationNanoseconds}, for each command that ended, in order; the
//	                     outputs are the last 16 KiB
//	run_job              the same, one; stdout is the end of both outputs, and stderr is empty
//	get_logs             {component, pod, container, text, truncated}, for each container
//	copy_from            {component, pod, container, path, files, bytes}, one; path is the local one
//	upgrade_deployment_version
//	                     {version, revision}, one
//	backup_components    {component, kind, name, location, bytes, sha256, madeAt}, for each component
//
// An error is {"kind", "message", "result", "unfinished"}. The message says all
// that is known, for people; it may have several lines. The kinds:
//
//	usage              the request is wrong
//	unknown_component  the driver does not declare it
//	missing            nothing in the cluster is what was asked for
//	timeout            not done at the deadline; unfinished lists {component, workload, progress, reasons}
//	no_ready_pod       there is no pod to run in
//	command_failed     a command ran and failed; result is its result
//	forbidden          the action's service account may not do it
//	unsupported        it cannot be done in this cluster, or to this kind of object
//	interrupted        the process was asked to end
//	failed             anything else
package runner
