"""What a primitive raises, and why an action cannot be loaded."""

from __future__ import annotations

from typing import Any


class PrimitiveFailed(Exception):
    """A primitive could not do its work; the message says what and why."""


class CommandFailed(PrimitiveFailed):
    """A command ran in a component and failed."""

    def __init__(
        self,
        message: str,
        *,
        component: str,
        pod: str,
        container: str,
        command: list[str],
        exit_code: int,
        stdout: str,
        stderr: str,
    ) -> None:
        super().__init__(message)
        self.component = component
        self.pod = pod
        self.container = container
        self.command = command
        self.exit_code = exit_code
        #: The end of what the command wrote.
        self.stdout = stdout
        self.stderr = stderr

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions pickle by their positional arguments, and these are keywords.
        return (_command_failed, (str(self), {k: v for k, v in vars(self).items() if not k.startswith("_")}))


def _command_failed(message: str, fields: dict[str, Any]) -> CommandFailed:
    return CommandFailed(message, **fields)


class Unloadable(Exception):
    """The action cannot be loaded or called; a retry would change nothing."""
