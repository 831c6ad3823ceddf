"""Runs one action to its end."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from prefect import Flow, State
from prefect.runtime import flow_run

from styrmin_backend.context import instance_dir
from styrmin_backend.dual import forgotten
from styrmin_backend.errors import Unloadable
from styrmin_backend.loader import bind, load
from styrmin_backend.outcome import FAILED, SUCCEEDED, UNLOADABLE, Outcome


def main(arguments: Sequence[str]) -> int:
    """Run FILE.py::FUNCTION; returns the exit code."""
    outcome = Outcome()
    try:
        if len(arguments) != 1:
            raise Unloadable(f"expected one argument, FILE.py::FUNCTION, found {list(arguments)}")
        flow = load(arguments[0], instance_dir() / "driver")
        bound = bind(flow)
    except Unloadable as err:
        print(f"cannot load the action: {err}", file=sys.stderr)
        return outcome.end(UNLOADABLE, str(err))
    try:
        state = run(flow, bound, outcome)
    except BaseException as err:  # SystemExit and signals too: whatever leaves a flow this way did not complete it
        traceback.print_exc()
        return outcome.end(FAILED, f"the flow crashed: {type(err).__name__}: {err}".rstrip(": "))
    return judge(state, outcome)


def run(flow: Flow[..., Any], arguments: dict[str, Any], outcome: Outcome) -> State[Any]:
    """Run a sync or async flow; its final state."""
    flow.fn = noting(flow.fn, outcome)
    result: Any = flow(**arguments, return_state=True)
    state: State[Any] = asyncio.run(result) if asyncio.iscoroutine(result) else result
    return state


def noting(function: Callable[..., Any], outcome: Outcome) -> Callable[..., Any]:
    """The function, which first records its flow run, so that one that dies without a word can be found.

    Prefect has hooks for this, and announces each of them in the flow's log.
    """

    def note() -> None:
        outcome.flowRunID, outcome.flowRunURL = flow_run.id or "", url(flow_run.id)
        outcome.write()

    if asyncio.iscoroutinefunction(function):

        @functools.wraps(function)
        async def noted_async(*args: Any, **kwargs: Any) -> Any:
            note()
            return await function(*args, **kwargs)

        return noted_async

    @functools.wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        note()
        return function(*args, **kwargs)

    return noted


def judge(state: State[Any], outcome: Outcome) -> int:
    """The final state alone decides, whatever way it came about."""
    if not state.is_completed():
        return outcome.end(FAILED, reason(state))
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


def url(flow_run_id: str | None) -> str:
    """The flow run's page, when there is a server that outlives this process."""
    if not flow_run_id or not os.environ.get("PREFECT_API_URL"):
        return ""
    from prefect.utilities.urls import url_for

    return url_for("flow-run", flow_run_id) or ""
