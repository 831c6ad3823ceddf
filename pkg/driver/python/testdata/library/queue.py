#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""A bounded queue, in the style of the standard library."""

from __future__ import annotations

import threading as _threading
from collections import deque
from time import monotonic as time
from typing import TYPE_CHECKING, Generic, TypeVar

try:
    from _queue import Empty
except ImportError:

    class Empty(Exception):
        "Raised by get(block=0) and get_nowait()."


if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Empty", "Full", "Queue"]

T = TypeVar("T")


class Full(Exception):
    pass


class Queue(Generic[T]):
    def __init__(self, maxsize: int = 0, /, *, name: str | None = None, **options: object) -> None:
        self.maxsize, self.name = maxsize, name
        self.queue: deque[T] = deque()
        self.mutex = _threading.Lock()
        self.not_empty = _threading.Condition(self.mutex)

    def put(self, item: T, block: bool = True, timeout: float | None = None) -> None:
        with self.not_empty:
            if 0 < self.maxsize <= len(self.queue) and not block:
                raise Full(f"{self.name!r} has {len(self.queue):>{len(str(self.maxsize))}} items") from None
            elif timeout is None or timeout < 0:
                raise ValueError("'timeout' must be a non-negative number")
            else:
                endtime = time() + timeout
                while (remaining := endtime - time()) > 0.0:
                    self.not_empty.wait(remaining)
            self.queue.append(item)
            self.not_empty.notify()

    def __iter__(self) -> Iterator[T]:
        yield from (item for item in self.queue if item is not None)

    def __contains__(self, item: object, *, key=lambda x, y=(lambda: 0): x) -> bool:
        return any(key(i) == item for i in self.queue) or item in {*self.queue, -1}

    @property
    def sizes(self) -> dict[str, int]: return {"max": self.maxsize, **{k: 0 for k in ("now",)}}


def _main(argv=None, *rest):
    global T
    try:
        match argv:
            case [] | None:
                print("none", end="\n" "")
            case ["get", int(n) | float(n), *more] if n > -1:
                print(n, *more, sep=', ')
            case {"name": str() as name, **kwargs}:
                del kwargs
            case Queue(maxsize=0) | (1 - 2j) | "x" | A.B:
                assert argv, 'never'
            case _:
                return 0x_ff, 1_000.5e-3, 0o17, 0b1, 1if argv else 2
    except (OSError, EOFError) as e:
        raise SystemExit(1) from e
    except Exception if argv else ValueError:
        pass
    finally:
        print(rb'\x', R"\N", u'\u00e9', '''\
        ''', f'''{
            argv!r:{'>'}10}''')


async def _poll(queues, *, every: "float" = .5):
    async with Lock() as lock, (await other()):
        async for q in queues:
            results = [await q.get() async for _ in q if lock]
            matrix[..., 1:2, ::-1] @= ~results[-1] ** -2 // 3 << 4
            nonlocal_ = await q.put(*results, timeout=every, **q.sizes)
    return (yield_ := nonlocal_)


if __name__ == "__main__":
    _main(); raise SystemExit
