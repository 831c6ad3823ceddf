"""Calls styrmin-runner, which does the work on the cluster."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from styrmin_backend.errors import CommandFailed, PrimitiveFailed

DEFAULT_RUNNER = "/styrmin/styrmin-runner"


@dataclass
class Call:
    """One call of the runner, from the moment it starts until it ended.

    The runner writes progress to standard error, a line at a time, and one
    JSON document to standard output.
    """

    arguments: Sequence[str]
    logger: logging.Logger | logging.LoggerAdapter[Any]
    _process: subprocess.Popen[str] | None = field(default=None, init=False)
    _cancelled: bool = field(default=False, init=False)

    def run(self) -> list[dict[str, Any]]:
        """Run to the end and return the results."""
        runner = os.environ.get("STYRMIN_RUNNER", DEFAULT_RUNNER)
        try:
            process = subprocess.Popen(
                [runner, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as err:
            raise PrimitiveFailed(f"cannot start {runner}: {err}; set STYRMIN_RUNNER to the styrmin-runner binary") from err
        self._process = process
        with process:
            try:
                if self._cancelled:
                    process.terminate()
                return _results(process, self._follow(process))
            finally:
                # Also when a signal or a time-out ends the flow right here.
                if process.poll() is None:
                    process.terminate()

    def cancel(self) -> None:
        """End the runner; what it asked of the cluster stays asked."""
        self._cancelled = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _follow(self, process: subprocess.Popen[str]) -> str:
        """Log progress as it comes; return standard output."""
        assert process.stdout is not None and process.stderr is not None
        out: list[str] = []
        reader = threading.Thread(target=lambda: out.append(process.stdout.read()), daemon=True)  # type: ignore[union-attr]
        reader.start()
        for line in process.stderr:
            self.logger.info("%s", line.rstrip("\n"))
        reader.join()
        return "".join(out)


def _results(process: subprocess.Popen[str], output: str) -> list[dict[str, Any]]:
    code = process.wait()
    try:
        answer = json.loads(output)
    except ValueError:
        raise PrimitiveFailed(f"styrmin-runner ended with code {code} and without an answer; its log is above") from None
    if problem := answer.get("error"):
        raise _error(problem)
    if code != 0:
        raise PrimitiveFailed(f"styrmin-runner ended with code {code}; its log is above")
    return list(answer.get("results") or [])


def _error(problem: dict[str, Any]) -> PrimitiveFailed:
    message = problem.get("message", "unknown error")
    if result := problem.get("result"):
        return CommandFailed(
            message,
            component=result["component"],
            pod=result["pod"],
            container=result["container"],
            command=list(result["command"]),
            exit_code=result["exitCode"],
            stdout=result["stdout"],
            stderr=result["stderr"],
        )
    return PrimitiveFailed(message)


async def in_thread(call: Call, convert: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """Run a call beside the event loop, and end it when the awaiting task is cancelled."""
    try:
        return convert(await asyncio.to_thread(call.run))
    except asyncio.CancelledError:
        call.cancel()
        raise
