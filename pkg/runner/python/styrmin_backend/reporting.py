"""How an action's flow run appears in Prefect."""

from __future__ import annotations

import os
from typing import Any

from prefect import Flow

from styrmin_backend.redact import redact_all

#: The variables of the pod that become tags.
TAGS = {
    "deployment": "STYRMIN_DEPLOYMENT_ID",
    "run": "STYRMIN_RUN",
    "hook": "STYRMIN_HOOK",
    "mode": "STYRMIN_MODE",
    "action": "STYRMIN_ACTION",
}


def name() -> str:
    """The flow run's name, such as ``notes/notes x7k2m9qd upgrade/pre back_up``; empty outside a run."""
    found = [os.environ.get(variable, "") for variable in TAGS.values()]
    if not all(found):
        return ""
    deployment, run, hook, mode, action = found
    return f"{deployment} {run} {hook}/{mode} {action}"


def tags() -> list[str]:
    """The flow run's tags, such as ``action:back_up``."""
    return [f"{tag}:{value}" for tag, variable in TAGS.items() if (value := os.environ.get(variable))]


def present(flow: Flow[..., Any]) -> Flow[..., Any]:
    """The flow, whose runs are named after the action, and show no secret among their parameters.

    A name that the author gave stays.
    """
    named = flow.with_options(flow_run_name=None if flow.flow_run_name else (name() or None))
    serialize = named.serialize_parameters

    def shown(parameters: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
        # The context is all that there is about the deployment; its name is enough to read here.
        brief = {key: "GlobalContext" if key == "context" else value for key, value in parameters.items()}
        return {key: redact_all(value) for key, value in serialize(brief, *args, **kwargs).items()}

    named.serialize_parameters = shown  # type: ignore[method-assign]
    return named


def url(flow_run_id: str | None) -> str:
    """The flow run's page, when there is a server that outlives this process."""
    if not flow_run_id or not os.environ.get("PREFECT_API_URL"):
        return ""
    from prefect.utilities.urls import url_for

    return url_for("flow-run", flow_run_id) or ""
