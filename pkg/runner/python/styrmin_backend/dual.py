"""Prefect tasks that are awaited in async flows and called plainly in sync ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Generic, ParamSpec, TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext, TaskRunContext

P = ParamSpec("P")
R = TypeVar("R")

#: Names of primitives that an action called without awaiting them.
forgotten: list[str] = []


class Primitive(Generic[P, R]):
    """A sync and an async Prefect task under one name."""

    def __init__(self, sync: Task[P, R], aio: Task[P, Coroutine[Any, Any, R]]) -> None:
        self.sync = sync
        self.aio = aio
        self.name = sync.name
        self.__name__ = sync.name
        self.__doc__ = sync.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a task: the result in a sync flow, an awaitable of it in an async one."""
        if called_from_async():
            return Awaited(self.name, self.aio(*args, **kwargs))
        return self.sync(*args, **kwargs)

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        """Run beside the flow; returns a Prefect future."""
        return self.sync.submit(*args, **kwargs)

    def with_options(self, **options: Any) -> Primitive[P, R]:
        """The same primitive with other task options, such as ``retries=3``."""
        return Primitive(self.sync.with_options(**options), self.aio.with_options(**options))

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def primitive(sync: Callable[P, R], aio: Callable[P, Awaitable[R]]) -> Primitive[P, R]:
    """Make a primitive of its two forms. It is never answered from a cache: its work is its side effect."""
    name = sync.__name__.lstrip("_")
    return Primitive(
        Task(sync, name=name, cache_policy=NO_CACHE, persist_result=False),
        Task(aio, name=name, cache_policy=NO_CACHE, persist_result=False),  # type: ignore[arg-type]
    )


def called_from_async() -> bool:
    """Whether the caller is async.

    The flow or task that calls decides, not the event loop: a sync flow below
    an async one runs where a loop is running and cannot await.
    """
    if task_run := TaskRunContext.get():
        return task_run.task.isasync
    if (flow_run := FlowRunContext.get()) and flow_run.flow:
        return flow_run.flow.isasync
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Awaited(Coroutine[Any, Any, R]):
    """A coroutine that notices when nobody awaits it.

    A forgotten ``await`` would skip the work silently, and a migration would
    run beside live workers. The run fails instead.
    """

    def __init__(self, name: str, coroutine: Coroutine[Any, Any, R]) -> None:
        self._name = name
        self._coroutine = coroutine
        self._begun = False

    def __await__(self) -> Generator[Any, Any, R]:
        self._begun = True
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        self._begun = True
        return self._coroutine.send(value)

    def throw(self, *args: Any) -> Any:
        self._begun = True
        return self._coroutine.throw(*args)

    def close(self) -> None:
        self._begun = True
        self._coroutine.close()

    def __del__(self) -> None:
        if not self._begun:
            forgotten.append(self._name)
            self._coroutine.close()
