"""What the primitives return.

Every result can be awaited and is then itself. So one type fits both ways of
calling a primitive: plainly in a plain flow, with ``await`` in an async one.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self  # Python has it from 3.11 on; type checkers always know it

Item = TypeVar("Item")


class Result:
    """What every result is."""

    def __await__(self) -> Generator[Any, Any, Self]:
        return self
        yield  # what makes this a generator


class Done(Result):
    """The result of a primitive that has nothing to tell but that it is done."""

    def __repr__(self) -> str:
        return "done"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Done)

    def __hash__(self) -> int:
        return hash(Done)


class Results(list[Item], Result):
    """A list of results."""


@dataclass(frozen=True)
class CommandResult(Result):
    """How one command ended."""

    #: The component, and where in it the command ran.
    component: str
    pod: str
    container: str
    #: The program and its arguments.
    command: tuple[str, ...]
    #: 0 unless the primitive raised ``CommandFailed``.
    exit_code: int
    #: The end of what the command wrote, 16 KiB at most; ``truncated`` when that is not all.
    stdout: str
    stderr: str
    truncated: bool
    #: How long it ran.
    seconds: float


@dataclass(frozen=True)
class Log(Result):
    """What a container has printed."""

    component: str
    pod: str
    container: str
    text: str
    #: Whether ``text`` is only the end of it.
    truncated: bool


@dataclass(frozen=True)
class Copied(Result):
    """What ``copy_from`` brought."""

    component: str
    pod: str
    container: str
    #: Where it lies now, in the action's own file system.
    path: str
    #: How many files and bytes it is.
    files: int
    bytes: int


@dataclass(frozen=True)
class Upgraded(Result):
    """What is deployed after ``upgrade_deployment_version``."""

    #: The application's version.
    version: str
    #: The revision of the Helm release; 0 in a dry run.
    revision: int


@dataclass(frozen=True)
class Backup(Result):
    """A backup of one component."""

    component: str
    #: How it was made: the ``kind`` of the driver's ``backup``, ``postgres`` for one.
    kind: str
    #: What it is called, and where it lies.
    name: str
    location: str
