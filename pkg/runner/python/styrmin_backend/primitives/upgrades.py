"""The release."""

from __future__ import annotations

from styrmin_backend.dual import primitive
from styrmin_backend.request import Answer, Request, own, word
from styrmin_backend.results import Upgraded


@primitive
def upgrade_deployment_version(deployment_id: str, target_version: str, timeout: float | None = None) -> Request[Upgraded]:
    """Let the Helm release move to the run's version now, and wait until it has.

    It is for core actions of a driver that says ``styrmin.io/helm-upgrade: in-action`` under ``metadata.annotations``:
    their release changes when one of them calls this, and after the last of them when none does. In other drivers it
    changes before the core actions, and this only tells its revision. The change is made by the engine that drives the
    run, with the operator's permissions, once in a run; what was stopped stays stopped.

    deployment_id: The action's own deployment, as it is passed to the flow.
    target_version: The version that the run moves to, as it is passed to the flow. Another one is an error.
    timeout: How many seconds it may take (default: as long as the action may).

    Raises: Unsupported, TimedOut
    Example: await upgrade_deployment_version(deployment_id, target_version)
    """
    fields = {
        "deployment": own(deployment_id),
        "targetVersion": word("target_version", target_version),
        "timeoutSeconds": timeout,
    }
    would = f"let the Helm release move to version {target_version}"
    return Request("upgrade_deployment_version", fields, _upgraded, would, Upgraded(target_version, 0))


def _upgraded(answer: Answer) -> Upgraded:
    return Upgraded(answer[0]["version"], answer[0]["revision"])
