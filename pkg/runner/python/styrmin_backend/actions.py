"""The names that actions import.

The primitives stop, start and run commands in the deployment's components.
All are idempotent. In an async flow they are awaited; in a sync flow they are
called plainly. Each is a Prefect task with ``with_options`` and ``submit``.
"""

from styrmin_backend.context import GlobalContext, get_context
from styrmin_backend.errors import CommandFailed, PrimitiveFailed
from styrmin_backend.primitives import (
    CommandResult,
    execute_command,
    execute_commands,
    start_component,
    start_components,
    stop_component,
    stop_components,
)

__all__ = [
    "CommandFailed",
    "CommandResult",
    "GlobalContext",
    "PrimitiveFailed",
    "execute_command",
    "execute_commands",
    "get_context",
    "start_component",
    "start_components",
    "stop_component",
    "stop_components",
]
