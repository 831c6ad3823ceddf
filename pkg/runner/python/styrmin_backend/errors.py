"""What a primitive raises, and why an action cannot be loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unfinished:
    """What was not done at the deadline."""

    component: str
    #: The workload, as ``Deployment/web-server``.
    workload: str
    #: How far it is, and why it is no further.
    progress: str
    reasons: tuple[str, ...]


class PrimitiveFailed(Exception):
    """A primitive could not do its work.

    The message says what happened, why, and what to do. The classes below tell
    the common reasons apart; anything else is a ``PrimitiveFailed`` itself.
    """

    #: What to do, where that is the same whatever happened.
    advice = ""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message}\n{self.advice}" if self.advice and self.advice not in message else message)


class WrongCall(PrimitiveFailed, ValueError):
    """The primitive was called with arguments that mean nothing to it."""


class UnknownComponent(PrimitiveFailed):
    """The driver does not declare the component."""

    advice = "use a name from spec.components of driver.styrmin.yml, or declare it there"


class NotThere(PrimitiveFailed):
    """Nothing in the cluster is what was asked for."""

    advice = "compare the labels in spec.components of driver.styrmin.yml with those of the chart's pods"


class TimedOut(PrimitiveFailed):
    """It was not done in time. It goes on in the cluster, and the same call continues to wait."""

    advice = "see to the reasons above, or allow more time with timeout=SECONDS"

    def __init__(self, message: str, unfinished: tuple[Unfinished, ...] = ()) -> None:
        super().__init__(message)
        #: What was not done.
        self.unfinished = unfinished


class NoReadyPod(PrimitiveFailed):
    """The component has no pod that a command could run in."""

    advice = "start the component first, or wait for it with wait_for_components"


class Forbidden(PrimitiveFailed):
    """The action's service account may not do it."""

    advice = (
        "`kubectl styrmin prepare NAMESPACE` grants what the primitives need; "
        "another account is named by spec.jobs.serviceAccount of the StyrminDeployment"
    )


class Unsupported(PrimitiveFailed):
    """It cannot be done in this cluster, or to this kind of object."""


class Interrupted(PrimitiveFailed):
    """The primitive was ended midway. What it asked of the cluster stays asked; the same call finishes it."""


class CommandFailed(PrimitiveFailed):
    """A command ran in a component and failed, by its exit code or by its output."""

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


#: The classes by the kinds of problems in the runner's answers.
KINDS: dict[str, type[PrimitiveFailed]] = {
    "usage": WrongCall,
    "unknown_component": UnknownComponent,
    "missing": NotThere,
    "timeout": TimedOut,
    "no_ready_pod": NoReadyPod,
    "forbidden": Forbidden,
    "unsupported": Unsupported,
    "interrupted": Interrupted,
}


def error_of(problem: dict[str, Any]) -> PrimitiveFailed:
    """The exception for a problem in the runner's answer."""
    message = str(problem.get("message") or "the runner did not say why")
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
    kind = KINDS.get(problem.get("kind", ""), PrimitiveFailed)
    if kind is TimedOut:
        return TimedOut(message, tuple(_unfinished(u) for u in problem.get("unfinished") or ()))
    return kind(message)


def _unfinished(found: dict[str, Any]) -> Unfinished:
    return Unfinished(
        component=found.get("component", ""),
        workload=found.get("workload", ""),
        progress=found.get("progress", ""),
        reasons=tuple(found.get("reasons") or ()),
    )
