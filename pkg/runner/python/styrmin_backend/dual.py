"""Prefect tasks that are awaited in async flows and called plainly in sync ones."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Generator, Iterable
from typing import Any, Generic, ParamSpec, TypeVar

from prefect import Task, get_run_logger
from prefect.context import FlowRunContext, TaskRunContext
from prefect.futures import PrefectFuture

from styrmin_backend.request import Request

P = ParamSpec("P")
R = TypeVar("R")

#: Names of primitives that an action called without awaiting them.
forgotten: list[str] = []


class Primitive(Generic[P, R]):
    """A primitive: a sync and an async Prefect task under one name.

    Call it in a flow or task, with ``await`` when that is async.
    """

    def __init__(self, sync: Task[P, R], aio: Task[P, Coroutine[Any, Any, R]]) -> None:
        self.sync = sync
        self.aio = aio
        self.name = sync.name
        self.__name__ = sync.fn.__name__
        self.__doc__ = sync.fn.__doc__
        self.__wrapped__ = sync.fn

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run as a task: the result in a sync flow, an awaitable of it in an async one."""
        if called_from_async():
            awaited: Any = Awaited(self.name, self.aio(*args, **kwargs))
            # Results can be awaited, so that this type is right for who awaits it.
            return awaited  # type: ignore[no-any-return]
        return self.sync(*args, **kwargs)

    def submit(self, *args: P.args, **kwargs: P.kwargs) -> PrefectFuture[R]:
        """Run beside the flow; ``.result()`` of the future waits for the result."""
        return self.sync.submit(*args, **kwargs)

    def with_options(
        self,
        *,
        name: str | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | Iterable[float] | None = None,
        timeout_seconds: float | None = None,
        **options: Any,
    ) -> Primitive[P, R]:
        """The same primitive with other task options.

        ``retries`` is how often it is tried again after a failure,
        ``retry_delay_seconds`` how long it waits before that, ``timeout_seconds``
        the bound of one try. Any other option of Prefect's ``Task.with_options`` can be given.
        """
        given = {"name": name, "retries": retries, "retry_delay_seconds": retry_delay_seconds, "timeout_seconds": timeout_seconds}
        options.update((key, value) for key, value in given.items() if value is not None)
        return Primitive(self.sync.with_options(**options), self.aio.with_options(**options))

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def primitive(build: Callable[P, Request[R]]) -> Primitive[P, R]:
    """Make a primitive of the function that makes its request.

    Its result is not persisted, and so it is never answered from a cache: its work is its side effect.
    """

    @functools.wraps(build)
    def sync(*args: P.args, **kwargs: P.kwargs) -> R:
        return build(*args, **kwargs).run(get_run_logger())

    @functools.wraps(build)
    async def aio(*args: P.args, **kwargs: P.kwargs) -> R:
        return await build(*args, **kwargs).run_beside(get_run_logger())

    name = build.__name__
    return Primitive(
        Task(sync, name=name, persist_result=False),
        Task(aio, name=name, persist_result=False),
    )


def called_from_async() -> bool:
    """Whether the caller is async.

    The flow or task that calls decides, not the event loop: a sync flow below
    an async one runs where a loop is running and cannot await.
    """
    if task_run := TaskRunContext.get():
        return bool(task_run.task.isasync)
    if (flow_run := FlowRunContext.get()) and flow_run.flow:
        return bool(flow_run.flow.isasync)
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

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"{self._name} was called without await in an async flow, so there is no {name!r} yet: await it first"
        )

    def send(self, value: Any) -> Any:
        """Go on until the coroutine waits again."""
        self._begun = True
        return self._coroutine.send(value)

    def throw(self, *args: Any) -> Any:
        """Raise an exception where the coroutine waits."""
        self._begun = True
        return self._coroutine.throw(*args)

    def close(self) -> None:
        """End the coroutine where it waits."""
        self._begun = True
        self._coroutine.close()

    def __del__(self) -> None:
        if not self._begun:
            forgotten.append(self._name)
            self._coroutine.close()
