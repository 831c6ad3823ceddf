"""Commands in components' pods, and in pods like theirs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from styrmin_backend.dual import primitive
from styrmin_backend.request import Answer, Request, lists, own, word, words
from styrmin_backend.results import CommandResult, Results


@primitive
def execute_commands(
    deployment_id: str,
    component: str,
    commands: Sequence[Sequence[str]],
    container: str | None = None,
    timeout: float | None = None,
    expect: str | None = None,
    reject: str | None = None,
    *,
    pod: str | None = None,
    all_pods: bool = False,
    environment: Mapping[str, str] | None = None,
    stdin: str | None = None,
    pod_wait: float | None = None,
) -> Request[Results[CommandResult]]:
    """Run commands one after the other in a component's pod.

    A command that ends with another code than 0 raises ``CommandFailed`` with
    the end of its output, and so does output that fails ``expect`` or
    ``reject``: some programs fail and exit with 0 all the same. The output goes to the log as it comes.

    deployment_id: The action's own deployment, as it is passed to the flow.
    component: Its name in the driver.
    commands: Each is a list: a program and its arguments. No shell is involved.
    container: The container (default: the pod's default one).
    timeout: How many seconds all of it may take (default: as long as the action may).
    expect: A regular expression in RE2 syntax; a command whose output has no line that matches has failed.
    reject: The same; a command whose output has a line that matches has failed.
    pod: The pod's name (default: the newest ready one).
    all_pods: Run them in every ready pod.
    environment: Variables for the commands.
    stdin: Text that every command gets on its standard input.
    pod_wait: How many seconds to wait for a ready pod (default: 120).

    Raises: CommandFailed, NoReadyPod, NotThere, TimedOut
    Example: await execute_commands(deployment_id, "server", [["notes", "migrate"]], reject="FAILED|Traceback")
    """
    more = _options(pod, all_pods, environment, stdin, pod_wait)
    return _execute(deployment_id, component, lists("commands", commands), container, timeout, expect, reject, more)


@primitive
def execute_command(
    deployment_id: str,
    component: str,
    command: Sequence[str],
    container: str | None = None,
    timeout: float | None = None,
    expect: str | None = None,
    reject: str | None = None,
    *,
    pod: str | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: str | None = None,
    pod_wait: float | None = None,
) -> Request[CommandResult]:
    """Run one command in one pod and return its result: ``execute_commands`` for one."""
    more = _options(pod, False, environment, stdin, pod_wait)
    return _one(_execute(deployment_id, component, [words("command", command)], container, timeout, expect, reject, more))


@primitive
def run_job(
    deployment_id: str,
    component: str,
    command: Sequence[str],
    name: str | None = None,
    timeout: float | None = None,
    *,
    image: str | None = None,
    container: str | None = None,
    environment: Mapping[str, str] | None = None,
    expect: str | None = None,
    reject: str | None = None,
) -> Request[CommandResult]:
    """Run a command in a pod of its own, made like the component's pods.

    It has their image, environment, volumes and service account. With ``image``
    it migrates with the new version while the old one still serves.
    Called again with the same name, it continues to wait for the job that is under way.

    deployment_id: The action's own deployment, as it is passed to the flow.
    component: The component whose pods it is like.
    command: The program and its arguments. No shell is involved.
    name: Tells it from other jobs of the same component (default: ``main``).
    timeout: How many seconds it may take (default: as long as the action may).
    image: The image (default: what the component's pods have).
    container: The container of the component's pods that it is like (default: the pod's default one).
    environment: Variables beside those of the container.
    expect: A regular expression in RE2 syntax; without a line that matches, the job has failed.
    reject: The same; with a line that matches, the job has failed.

    Raises: CommandFailed, NotThere, TimedOut
    Example: result = await run_job(deployment_id, "server", ["notes", "migrate"], image=f":{target_version}")
    """
    given = words("command", command)
    fields = {
        "deployment": own(deployment_id),
        "component": word("component", component),
        "command": given,
        "name": name,
        "timeoutSeconds": timeout,
        "image": image,
        "container": container,
        "environment": dict(environment) if environment else None,
        "expect": expect,
        "reject": reject,
    }
    would = f"run {shlex.join(given)} in a new pod like those of {component}" + (f", with the image {image}" if image else "")
    return _one(Request("run_job", fields, _results, would, _samples(component, [given])))


def _options(
    pod: str | None, all_pods: bool, environment: Mapping[str, str] | None, stdin: str | None, pod_wait: float | None
) -> dict[str, Any]:
    return {
        "pod": pod,
        "allPods": all_pods or None,
        "environment": dict(environment) if environment else None,
        "stdin": stdin,
        "podWaitSeconds": pod_wait,
    }


def _execute(
    deployment_id: str,
    component: str,
    commands: list[list[str]],
    container: str | None,
    timeout: float | None,
    expect: str | None,
    reject: str | None,
    more: dict[str, Any],
) -> Request[Results[CommandResult]]:
    fields = {
        "deployment": own(deployment_id),
        "component": word("component", component),
        "commands": commands,
        "container": container,
        "timeoutSeconds": timeout,
        "expect": expect,
        "reject": reject,
        **more,
    }
    would = f"run in {'every pod' if more['allPods'] else 'a pod'} of {component}: " + "; ".join(map(shlex.join, commands))
    return Request("execute_commands", fields, _results, would, _samples(component, commands))


def _one(request: Request[Results[CommandResult]]) -> Request[CommandResult]:
    """The same request, whose result is the only one there is."""
    return Request(request.primitive, request.fields, lambda answer: _results(answer)[0], request.would, request.sample[0])


def _results(answer: Answer) -> Results[CommandResult]:
    return Results(
        CommandResult(
            component=r["component"],
            pod=r["pod"],
            container=r["container"],
            command=tuple(r["command"]),
            exit_code=r["exitCode"],
            stdout=r["stdout"],
            stderr=r["stderr"],
            truncated=r["truncated"],
            seconds=r["durationNanoseconds"] / 1e9,
        )
        for r in answer
    )


def _samples(component: str, commands: Sequence[Sequence[str]]) -> Results[CommandResult]:
    """What a dry run returns: every command succeeded and printed nothing."""
    return Results(CommandResult(component, "dry-run", "", tuple(command), 0, "", "", False, 0.0) for command in commands)
