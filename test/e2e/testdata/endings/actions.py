"""Every way to end but success."""

import inspect
import os
import signal
import time

from prefect import flow
from prefect.states import Cancelled, Failed


@flow
def returns_failed():
    return Failed(message="not today")


@flow
def raises() -> None:
    raise RuntimeError("broken")


@flow
def is_cancelled():
    return Cancelled(message="changed my mind")


@flow
def crashes() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


@flow
def eats_memory() -> None:
    eaten = []
    while True:
        eaten.append(b"x" * (1 << 20))


@flow
def is_evicted() -> None:
    time.sleep(600)


@flow
def takes_too_long() -> None:
    time.sleep(600)


def wanting(function):
    """Give a function a parameter that only Python sees; what reads the source does not."""
    function.__signature__ = inspect.Signature([inspect.Parameter("colour", inspect.Parameter.KEYWORD_ONLY)])
    return function


@wanting
def is_no_flow() -> None:
    """What reads the source cannot tell that the decorator makes no flow of it."""


@flow
@wanting
def cannot_be_called(**more) -> None:
    pass
