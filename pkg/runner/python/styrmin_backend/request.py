"""What a primitive asks of the runner, and how it is carried out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from styrmin_backend.backend import Call, Logger
from styrmin_backend.context import get_context
from styrmin_backend.errors import UnknownComponent, WrongCall
from styrmin_backend.results import Done

R = TypeVar("R")

#: What the runner answers: a list of JSON objects.
Answer = list[dict[str, Any]]


@dataclass(frozen=True)
class Request(Generic[R]):
    """One call of a primitive."""

    primitive: str
    #: The fields of the request; those that are None are left out.
    fields: Mapping[str, Any]
    #: Makes the result from the answer.
    convert: Callable[[Answer], R]
    #: What a dry run says that it would do, and returns.
    would: str
    sample: R

    def run(self, logger: Logger) -> R:
        """Do it."""
        if self._rehearsed(logger):
            return self.sample
        return self.convert(self._call(logger).run())

    async def run_beside(self, logger: Logger) -> R:
        """Do it beside the event loop, and end it when the awaiting task is cancelled."""
        if self._rehearsed(logger):
            return self.sample
        call = self._call(logger)
        try:
            return self.convert(await asyncio.to_thread(call.run))
        except asyncio.CancelledError:
            call.cancel()
            raise

    def _call(self, logger: Logger) -> Call:
        return Call(self.primitive, {name: value for name, value in self.fields.items() if value is not None}, logger)

    def _rehearsed(self, logger: Logger) -> bool:
        """In a dry run: check what can be checked, say what would be done, and do nothing."""
        if not os.environ.get("STYRMIN_DRY_RUN"):
            return False
        declared = get_context().components
        for name in self.fields.get("components") or [self.fields.get("component")]:
            if name is not None and name not in declared:
                raise UnknownComponent(f"unknown component {name!r}: the driver declares {', '.join(sorted(declared)) or 'none'}")
        logger.info("would %s", self.would)
        return True


def own(deployment_id: str) -> str:
    """The deployment, which can only be the action's own."""
    mine = os.environ.get("STYRMIN_DEPLOYMENT_ID")
    if mine and deployment_id != mine:
        raise WrongCall(f"deployment_id is {deployment_id!r}, but this action runs for {mine!r} and acts on that only")
    return deployment_id


def words(what: str, value: Sequence[str]) -> list[str]:
    """A list of strings. A string is a sequence of strings too, and never what was meant."""
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(item, str) for item in value):
        raise WrongCall(
            f"{what} is {value!r}, expected a list of strings such as {[value] if isinstance(value, str) else ['a', 'b']}"
        )
    return list(value)


def word(what: str, value: str) -> str:
    """A string that is not empty."""
    if not isinstance(value, str) or not value:
        raise WrongCall(f"{what} is {value!r}, expected a string that is not empty")
    return value


def lists(what: str, value: Sequence[Sequence[str]]) -> list[list[str]]:
    """A list of lists of strings."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise WrongCall(f'{what} is {value!r}, expected a list of lists such as [["infrahub", "migrate"]]')
    return [words(f"{what}[{i}]", item) for i, item in enumerate(value)]


def done(_: Answer) -> Done:
    """The result of what has none."""
    return Done()
