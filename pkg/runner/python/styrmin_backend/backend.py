"""Calls styrmin-runner, which does the work on the cluster."""

from __future__ import annotations

import json
import logging
import os
import queue
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, TypeAlias

from styrmin_backend.errors import PrimitiveFailed, error_of

DEFAULT_RUNNER = "/styrmin/styrmin-runner"

#: Seconds between two looks at whether a time-out or a signal wants to end a call that prints nothing.
PULSE = 0.2

Logger: TypeAlias = "logging.Logger | logging.LoggerAdapter[Any]"


@dataclass
class Call:
    """One call of the runner, from the moment it starts until it ended.

    The request goes to its standard input as JSON; one JSON document comes back
    on standard output, and progress, a line at a time, on standard error.
    """

    primitive: str
    request: dict[str, Any]
    logger: Logger
    _process: subprocess.Popen[str] | None = field(default=None, init=False)
    _cancelled: bool = field(default=False, init=False)

    def run(self) -> list[dict[str, Any]]:
        """Run to the end and return the results."""
        command = [*runner(), "call", self.primitive]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as err:
            raise PrimitiveFailed(f"cannot start {command[0]}: {err}; set STYRMIN_RUNNER to the styrmin-runner binary") from err
        self._process = process
        with process:
            try:
                if self._cancelled:
                    process.terminate()
                output = self._converse(process)
                return _results(process.wait(), output)
            finally:
                # Also when a signal or a time-out ends the flow right here.
                if process.poll() is None:
                    process.terminate()

    def cancel(self) -> None:
        """End the runner; what it asked of the cluster stays asked."""
        self._cancelled = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _converse(self, process: subprocess.Popen[str]) -> str:
        """Send the request, log progress as it comes, and return the answer."""
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        answer: list[str] = []
        threads = [
            threading.Thread(target=_send, args=(process.stdin, json.dumps(self.request)), daemon=True),
            threading.Thread(target=_read_all, args=(process.stdout, answer), daemon=True),
            threading.Thread(target=_read_lines, args=(process.stderr, lines), daemon=True),
        ]
        for thread in threads:
            thread.start()
        for line in _until_end(lines):
            self.logger.info("%s", line)
        for thread in threads:
            thread.join()
        return "".join(answer)


def runner() -> list[str]:
    """The command line of the runner: $STYRMIN_RUNNER is a path, or a JSON list of a path and arguments."""
    configured = os.environ.get("STYRMIN_RUNNER", DEFAULT_RUNNER)
    return list(json.loads(configured)) if configured.startswith("[") else [configured]


def _send(to: IO[str], request: str) -> None:
    try:
        with to:
            to.write(request)
    except BrokenPipeError:
        pass  # It ended without reading all; its answer, or that there is none, says more.


def _read_all(source: IO[str], into: list[str]) -> None:
    into.append(source.read())


def _read_lines(source: IO[str], into: queue.SimpleQueue[str | None]) -> None:
    for line in source:
        into.put(line.rstrip("\n"))
    into.put(None)


def _until_end(lines: queue.SimpleQueue[str | None]) -> Iterator[str]:
    """The lines as they come. It wakes up often, since Prefect ends threads only between two instructions."""
    while True:
        try:
            line = lines.get(timeout=PULSE)
        except queue.Empty:
            continue
        if line is None:
            return
        yield line


def _results(code: int, output: str) -> list[dict[str, Any]]:
    try:
        answer = json.loads(output)
    except ValueError:
        raise PrimitiveFailed(f"styrmin-runner ended with code {code} and without an answer; its log is above") from None
    if problem := answer.get("error"):
        raise error_of(problem)
    if code != 0:
        raise PrimitiveFailed(f"styrmin-runner ended with code {code}; its log is above")
    return list(answer.get("results") or [])
