"""Knows what a flow's function did, whatever becomes of Prefect's own account of it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from prefect import State
from prefect.runtime import flow_run

from styrmin_backend.outcome import Outcome
from styrmin_backend.redact import redact_error
from styrmin_backend.reporting import url


@dataclass
class Watched:
    """A flow's function at work."""

    outcome: Outcome
    #: How often it was called; how the last call ended.
    calls: int = 0
    returned: bool = False
    value: Any = None
    error: BaseException | None = None

    def watch(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which notes each call of it, and its flow run before anything else.

        So a process that dies without a word can be found in Prefect. Prefect has
        hooks for this, and announces each of them in the flow's log.
        """
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def watched_async(*args: Any, **kwargs: Any) -> Any:
                self._begin()
                try:
                    return self._end(await function(*args, **kwargs))
                except BaseException as err:
                    self._fail(err)
                    raise

            return watched_async

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self._begin()
            try:
                return self._end(function(*args, **kwargs))
            except BaseException as err:
                self._fail(err)
                raise

        return watched

    def state(self) -> State[Any] | None:
        """The state that it returned."""
        return self.value if isinstance(self.value, State) else None

    def _begin(self) -> None:
        self.calls += 1
        self.returned, self.value, self.error = False, None, None
        self.outcome.flow_run_id, self.outcome.flow_run_url = flow_run.id or "", url(flow_run.id)
        self.outcome.write()

    def _end(self, value: Any) -> Any:
        self.returned, self.value = True, value
        return value

    def _fail(self, err: BaseException) -> None:
        redact_error(err)
        self.error = err
