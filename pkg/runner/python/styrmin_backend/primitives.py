"""The primitives: each is a Prefect task that calls styrmin-runner."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect import get_run_logger

from styrmin_backend.backend import Call, in_thread
from styrmin_backend.dual import primitive


@dataclass(frozen=True)
class CommandResult:
    """How one command ended."""

    component: str
    pod: str
    container: str
    command: tuple[str, ...]
    exit_code: int
    #: The end of what the command wrote; ``truncated`` when that is not all.
    stdout: str
    stderr: str
    truncated: bool
    seconds: float


def _stop_components(deployment_id: str, components: Sequence[str], timeout: float | None = None) -> None:
    """Scale components to nothing and wait until their pods are gone."""
    _scale("stop", deployment_id, components, timeout).run()


async def _stop_components_async(deployment_id: str, components: Sequence[str], timeout: float | None = None) -> None:
    await in_thread(_scale("stop", deployment_id, components, timeout), _nothing)


def _start_components(deployment_id: str, components: Sequence[str], timeout: float | None = None) -> None:
    """Scale components to what they were and wait until their pods are ready."""
    _scale("start", deployment_id, components, timeout).run()


async def _start_components_async(deployment_id: str, components: Sequence[str], timeout: float | None = None) -> None:
    await in_thread(_scale("start", deployment_id, components, timeout), _nothing)


def _execute_commands(
    deployment_id: str,
    component: str,
    commands: Sequence[Sequence[str]],
    container: str | None = None,
    timeout: float | None = None,
    expect: str | None = None,
    reject: str | None = None,
) -> list[CommandResult]:
    """Run commands one after the other in the component's newest ready pod.

    Each command is a list: a program and its arguments; no shell is involved.
    A command that ends with another code than 0 raises ``CommandFailed``, and
    so does output without a line that matches ``expect`` or with a line that
    matches ``reject`` (regular expressions in RE2 syntax).
    """
    return _convert(_exec(deployment_id, component, commands, container, timeout, expect, reject).run())


async def _execute_commands_async(
    deployment_id: str,
    component: str,
    commands: Sequence[Sequence[str]],
    container: str | None = None,
    timeout: float | None = None,
    expect: str | None = None,
    reject: str | None = None,
) -> list[CommandResult]:
    call = _exec(deployment_id, component, commands, container, timeout, expect, reject)
    results: list[CommandResult] = await in_thread(call, _convert)
    return results


def _stop_component(deployment_id: str, component: str, timeout: float | None = None) -> None:
    """Stop one component."""
    _stop_components(deployment_id, [component], timeout)


async def _stop_component_async(deployment_id: str, component: str, timeout: float | None = None) -> None:
    await _stop_components_async(deployment_id, [component], timeout)


def _start_component(deployment_id: str, component: str, timeout: float | None = None) -> None:
    """Start one component."""
    _start_components(deployment_id, [component], timeout)


async def _start_component_async(deployment_id: str, component: str, timeout: float | None = None) -> None:
    await _start_components_async(deployment_id, [component], timeout)


def _execute_command(
    deployment_id: str,
    component: str,
    command: Sequence[str],
    container: str | None = None,
    timeout: float | None = None,
    expect: str | None = None,
    reject: str | None = None,
) -> CommandResult:
    """Run one command; see ``execute_commands``."""
    return _execute_commands(deployment_id, component, [command], container, timeout, expect, reject)[0]


async def _execute_command_async(
    deployment_id: str,
    component: str,
    command: Sequence[str],
    container: str | None = None,
    timeout: float | None = None,
    expect: str | None = None,
    reject: str | None = None,
) -> CommandResult:
    results = await _execute_commands_async(deployment_id, component, [command], container, timeout, expect, reject)
    return results[0]


def _scale(verb: str, deployment_id: str, components: Sequence[str], timeout: float | None) -> Call:
    names = _strings("components", components)
    return Call(["component", verb, *_flags(deployment_id, timeout=timeout), "--", *names], get_run_logger())


def _exec(
    deployment_id: str,
    component: str,
    commands: Sequence[Sequence[str]],
    container: str | None,
    timeout: float | None,
    expect: str | None,
    reject: str | None,
) -> Call:
    if isinstance(commands, str):
        raise TypeError(f"commands is the string {commands!r}, expected a list of lists such as [[\"infrahub\", \"migrate\"]]")
    import json

    lists = [_strings("a command", command) for command in commands]
    flags = _flags(deployment_id, timeout=timeout, container=container, expect=expect, reject=reject)
    # As JSON: one argument holds several commands, each of several words.
    return Call(["exec", *flags, "--commands", json.dumps(lists), "--", component], get_run_logger())


def _strings(what: str, value: Sequence[str]) -> list[str]:
    """The words of a list. A string is a sequence of strings too, and never what was meant."""
    if isinstance(value, str) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{what} is {value!r}, expected a list of strings")
    return list(value)


def _flags(deployment_id: str, *, timeout: float | None = None, **options: str | None) -> list[str]:
    mine = os.environ.get("STYRMIN_DEPLOYMENT_ID")
    if mine and deployment_id != mine:
        raise ValueError(f"deployment_id is {deployment_id!r}, but this action runs for {mine!r} and acts on that only")
    flags = [f"--deployment={deployment_id}"]
    if timeout is not None:
        flags.append(f"--timeout={timeout}s")
    return flags + [f"--{name}={value}" for name, value in options.items() if value is not None]


def _nothing(_: list[dict[str, Any]]) -> None:
    return None


def _convert(results: list[dict[str, Any]]) -> list[CommandResult]:
    return [
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
        for r in results
    ]


stop_components = primitive(_stop_components, _stop_components_async)
start_components = primitive(_start_components, _start_components_async)
execute_commands = primitive(_execute_commands, _execute_commands_async)
stop_component = primitive(_stop_component, _stop_component_async)
start_component = primitive(_start_component, _start_component_async)
execute_command = primitive(_execute_command, _execute_command_async)
