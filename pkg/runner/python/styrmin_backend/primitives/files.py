"""What comes out of components: logs and files."""

from __future__ import annotations

from styrmin_backend.dual import primitive
from styrmin_backend.request import Answer, Request, own, word
from styrmin_backend.results import Copied, Log, Results


@primitive
def get_logs(
    deployment_id: str,
    component: str,
    container: str | None = None,
    timeout: float | None = None,
    *,
    pod: str | None = None,
    all_pods: bool = False,
    tail_lines: int | None = None,
    since_seconds: int | None = None,
    previous: bool = False,
) -> Request[Results[Log]]:
    """Return what a component's containers have printed.

    deployment_id: The action's own deployment, as it is passed to the flow.
    component: Its name in the driver.
    container: The container (default: the pod's default one).
    timeout: How many seconds it may take (default: as long as the action may).
    pod: The pod's name (default: the newest one).
    all_pods: Read those of all pods.
    tail_lines: Only so many lines from the end.
    since_seconds: Only what was printed in the last so many seconds.
    previous: What the container printed before it was restarted.

    Raises: NoReadyPod, NotThere, TimedOut
    Example: logs = await get_logs(deployment_id, "server", tail_lines=50)
    """
    fields = {
        "deployment": own(deployment_id),
        "component": word("component", component),
        "container": container,
        "timeoutSeconds": timeout,
        "pod": pod,
        "allPods": all_pods or None,
        "tailLines": tail_lines,
        "sinceSeconds": since_seconds,
        "previous": previous or None,
    }
    return Request(
        "get_logs", fields, _logs, f"read the logs of {component}", Results([Log(component, "dry-run", "", "", False)])
    )


def _logs(answer: Answer) -> Results[Log]:
    return Results(Log(r["component"], r["pod"], r["container"], r["text"], r["truncated"]) for r in answer)


@primitive
def copy_from(
    deployment_id: str,
    component: str,
    path: str,
    to: str,
    container: str | None = None,
    timeout: float | None = None,
    *,
    pod: str | None = None,
    max_bytes: int | None = None,
) -> Request[Copied]:
    """Copy a file or a directory out of a component's container.

    deployment_id: The action's own deployment, as it is passed to the flow.
    component: Its name in the driver.
    path: The file or directory in the container.
    to: A directory of the action's own, below ``/tmp`` or of a volume. It is made when it is not there.
    container: The container (default: the pod's default one).
    timeout: How many seconds it may take (default: as long as the action may).
    pod: The pod's name (default: the newest ready one).
    max_bytes: Refuse to bring more than that (default: 1 GiB).

    Raises: NoReadyPod, NotThere, TimedOut
    Example: copied = await copy_from(deployment_id, "database", "/var/lib/dumps", to="/tmp/dumps")
    """
    fields = {
        "deployment": own(deployment_id),
        "component": word("component", component),
        "path": word("path", path),
        "to": word("to", str(to)),
        "container": container,
        "timeoutSeconds": timeout,
        "pod": pod,
        "maxBytes": max_bytes,
    }
    return Request(
        "copy_from", fields, _copied, f"copy {path} of {component} to {to}", Copied(component, "dry-run", "", str(to), 0, 0)
    )


def _copied(answer: Answer) -> Copied:
    r = answer[0]
    return Copied(r["component"], r["pod"], r["container"], r["path"], r["files"], r["bytes"])
