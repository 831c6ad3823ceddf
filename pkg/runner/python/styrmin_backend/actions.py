"""The names that actions import.

The primitives do something to the deployment's components. All are idempotent:
an action that was interrupted runs again from its beginning. In an async flow
they are awaited; in a plain flow they are called plainly. Each is a Prefect task,
so that ``stop_components.with_options(retries=5)(…)`` sets its options for one
call, and ``stop_components.submit(…)`` runs it beside the flow.
"""

from styrmin_backend.context import App, Chart, Component, Deployment, GlobalContext, Instance, Section, Service, get_context
from styrmin_backend.errors import (
    CommandFailed,
    Forbidden,
    Interrupted,
    NoReadyPod,
    NotThere,
    PrimitiveFailed,
    TimedOut,
    Unfinished,
    UnknownComponent,
    Unsupported,
    WrongCall,
)
from styrmin_backend.primitives.backups import backup_component, backup_components, restore_component, restore_components
from styrmin_backend.primitives.commands import execute_command, execute_commands, run_job
from styrmin_backend.primitives.files import copy_from, get_logs
from styrmin_backend.primitives.scaling import (
    restart_component,
    restart_components,
    scale_component,
    scale_components,
    start_component,
    start_components,
    stop_component,
    stop_components,
    wait_for_component,
    wait_for_components,
)
from styrmin_backend.primitives.upgrades import upgrade_deployment_version
from styrmin_backend.results import Backup, CommandResult, Copied, Done, Log, Results, Upgraded

__all__ = [
    "App",
    "Backup",
    "Chart",
    "CommandFailed",
    "CommandResult",
    "Component",
    "Copied",
    "Deployment",
    "Done",
    "Forbidden",
    "GlobalContext",
    "Instance",
    "Interrupted",
    "Log",
    "NoReadyPod",
    "NotThere",
    "PrimitiveFailed",
    "Results",
    "Section",
    "Service",
    "TimedOut",
    "Unfinished",
    "UnknownComponent",
    "Unsupported",
    "Upgraded",
    "WrongCall",
    "backup_component",
    "backup_components",
    "copy_from",
    "execute_command",
    "execute_commands",
    "get_context",
    "get_logs",
    "restart_component",
    "restart_components",
    "restore_component",
    "restore_components",
    "run_job",
    "scale_component",
    "scale_components",
    "start_component",
    "start_components",
    "stop_component",
    "stop_components",
    "upgrade_deployment_version",
    "wait_for_component",
    "wait_for_components",
]
