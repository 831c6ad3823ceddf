"""Runs one action to its end."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import httpx
from prefect import Flow, State, tags

from styrmin_backend import reporting
from styrmin_backend.context import instance_dir
from styrmin_backend.dual import forgotten
from styrmin_backend.errors import Unloadable
from styrmin_backend.loader import bind, load
from styrmin_backend.outcome import FAILED, SUCCEEDED, UNLOADABLE, Outcome
from styrmin_backend.redact import redact, redact_logs
from styrmin_backend.watched import Watched

#: Says how many of the flow's retries were used before this process went on without the server.
USED = "STYRMIN_FLOW_CALLS"


def main(arguments: Sequence[str]) -> int:
    """Run FILE.py::FUNCTION; returns the exit code."""
    outcome = Outcome()
    try:
        flow, bound = prepare(arguments)
    except Unloadable as err:
        print(f"cannot load the action: {err}", file=sys.stderr)
        return outcome.end(UNLOADABLE, str(err))
    redact_logs()
    watched = Watched(outcome, calls=int(os.environ.get(USED, "0")))
    try:
        state = run(flow, bound, watched)
    except httpx.HTTPError as err:
        return without_server(flow, watched, err)
    except BaseException as err:  # noqa: BLE001 - SystemExit and signals too: whatever leaves a flow this way did not complete it
        traceback.print_exc()
        return outcome.end(FAILED, f"the flow crashed: {type(err).__name__}: {err}".rstrip(": "))
    return judge(state, watched)


def prepare(arguments: Sequence[str]) -> tuple[Flow[..., Any], dict[str, Any]]:
    """Return the flow, and what to call it with."""
    if len(arguments) != 1:
        raise Unloadable(f"expected one argument, FILE.py::FUNCTION, found {list(arguments)}")
    flow = load(arguments[0], instance_dir() / "driver")
    return flow, bind(flow)


def run(flow: Flow[..., Any], arguments: dict[str, Any], watched: Watched) -> State[Any]:
    """Run a sync or async flow; its final state."""
    flow = reporting.present(flow)
    flow.fn = watched.watch(flow.fn)
    flow.retries = max(0, (flow.retries or 0) - watched.calls)
    with tags(*reporting.tags()):
        result: Any = flow(**arguments, return_state=True)
        state: State[Any] = asyncio.run(result) if asyncio.iscoroutine(result) else result
    return state


def without_server(flow: Flow[..., Any], watched: Watched, err: httpx.HTTPError) -> int:
    """Decide after Prefect's server did not answer, which is no reason for an action to fail.

    What the function did stands. What it has not done yet, a first call or a
    retry, is done by this process anew with Prefect's temporary server.
    """
    print(
        f"the Prefect server {os.environ.get('PREFECT_API_URL', '')} does not answer ({err}); going on without it",
        file=sys.stderr,
    )
    if watched.returned:
        state = watched.state()
        if state is None or state.is_completed():
            return succeed(watched.outcome)
        return watched.outcome.end(FAILED, reason(state))
    if os.environ.get("PREFECT_API_URL") and watched.calls <= (flow.retries or 0):
        environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
        environment.update({USED: str(watched.calls), "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true"})
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os.execve(sys.executable, [sys.executable, "-m", "styrmin_backend", *sys.argv[1:]], environment)
    cause = watched.error or err
    return watched.outcome.end(FAILED, redact(f"{type(cause).__name__}: {cause}"))


def judge(state: State[Any], watched: Watched) -> int:
    """Success needs a completed state, and a function that returned: no server can say so in its stead."""
    if not state.is_completed():
        return watched.outcome.end(FAILED, redact(reason(state)))
    if not watched.returned:
        return watched.outcome.end(
            FAILED, f"Prefect says that the flow completed ({reason(state)}), but its function did not run to its end"
        )
    return succeed(watched.outcome)


def succeed(outcome: Outcome) -> int:
    """Record the success, unless a primitive was called and not awaited."""
    gc.collect()  # so that coroutines in cycles are noticed too
    if forgotten:
        message = f"{', '.join(sorted(set(forgotten)))} called without await in an async flow: nothing was done"
        print(message, file=sys.stderr)
        return outcome.end(FAILED, message)
    return outcome.end(SUCCEEDED)


def reason(state: State[Any]) -> str:
    """Why a state is not completed, without the words that every such message begins with."""
    message = (state.message or "").removeprefix("Flow run encountered an exception: ")
    if state.is_failed() and message:
        return message
    return f"the flow ended in state {state.name}: {message}".rstrip(": ")
