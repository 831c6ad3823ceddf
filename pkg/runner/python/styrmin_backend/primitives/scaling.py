"""Components stopped, started, restarted, scaled and waited for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from styrmin_backend.dual import primitive
from styrmin_backend.errors import WrongCall
from styrmin_backend.request import Request, done, own, word, words
from styrmin_backend.results import Done


def _about(
    name: str, deployment_id: str, components: Sequence[str], timeout: float | None, would: str, **fields: object
) -> Request[Done]:
    picked = words("components", components)
    return Request(
        name,
        {"deployment": own(deployment_id), "components": picked, "timeoutSeconds": timeout, **fields},
        done,
        would.format(", ".join(picked) or "nothing"),
        Done(),
    )


@primitive
def stop_components(deployment_id: str, components: Sequence[str], timeout: float | None = None) -> Request[Done]:
    """Scale components to nothing and wait until their pods are gone.

    The counts to come back to are recorded on the workloads, so that a crash
    loses nothing. Cron jobs are suspended. What is stopped stays stopped while
    Helm changes the release, until ``start_components``.

    deployment_id: The action's own deployment, as it is passed to the flow.
    components: Their names in the driver.
    timeout: How many seconds it may take (default: 600).

    Raises: NotThere, TimedOut
    Example: await stop_components(deployment_id, ["worker", "scheduler"], timeout=300)
    """
    return _about("stop_components", deployment_id, components, timeout, "stop {} and wait until the pods are gone")


@primitive
def stop_component(deployment_id: str, component: str, timeout: float | None = None) -> Request[Done]:
    """Stop one component: ``stop_components`` for one."""
    return _about(
        "stop_components", deployment_id, [word("component", component)], timeout, "stop {} and wait until the pods are gone"
    )


@primitive
def start_components(deployment_id: str, components: Sequence[str], timeout: float | None = None) -> Request[Done]:
    """Scale components to what they were before they were stopped, and wait until their pods are ready.

    deployment_id: The action's own deployment, as it is passed to the flow.
    components: Their names in the driver.
    timeout: How many seconds it may take (default: 600).

    Raises: NotThere, TimedOut
    Example: await start_components.with_options(retries=2)(deployment_id, ["worker", "scheduler"])
    """
    return _about("start_components", deployment_id, components, timeout, "start {} and wait until the pods are ready")


@primitive
def start_component(deployment_id: str, component: str, timeout: float | None = None) -> Request[Done]:
    """Start one component: ``start_components`` for one."""
    return _about(
        "start_components", deployment_id, [word("component", component)], timeout, "start {} and wait until the pods are ready"
    )


@primitive
def restart_components(deployment_id: str, components: Sequence[str], timeout: float | None = None) -> Request[Done]:
    """Replace the pods of components, a rollout at a time, and wait until the new ones are ready.

    deployment_id: The action's own deployment, as it is passed to the flow.
    components: Their names in the driver.
    timeout: How many seconds it may take (default: 600).

    Raises: NotThere, TimedOut, Unsupported
    Example: await restart_components(deployment_id, ["server"])
    """
    return _about("restart_components", deployment_id, components, timeout, "restart {} and wait until the new pods are ready")


@primitive
def restart_component(deployment_id: str, component: str, timeout: float | None = None) -> Request[Done]:
    """Restart one component: ``restart_components`` for one."""
    would = "restart {} and wait until the new pods are ready"
    return _about("restart_components", deployment_id, [word("component", component)], timeout, would)


@primitive
def scale_components(deployment_id: str, components: Sequence[str], replicas: int, timeout: float | None = None) -> Request[Done]:
    """Give components a number of replicas and wait until that many are ready.

    deployment_id: The action's own deployment, as it is passed to the flow.
    components: Their names in the driver.
    replicas: How many pods each of their workloads shall have; 0 or more.
    timeout: How many seconds it may take (default: 600).

    Raises: NotThere, TimedOut, Unsupported
    Example: await scale_components(deployment_id, ["worker"], replicas=4)
    """
    return _scale(deployment_id, components, replicas, timeout)


@primitive
def scale_component(deployment_id: str, component: str, replicas: int, timeout: float | None = None) -> Request[Done]:
    """Scale one component: ``scale_components`` for one."""
    return _scale(deployment_id, [word("component", component)], replicas, timeout)


def _scale(deployment_id: str, components: Sequence[str], replicas: int, timeout: float | None) -> Request[Done]:
    if isinstance(replicas, bool) or not isinstance(replicas, int) or replicas < 0:
        raise WrongCall(f"replicas is {replicas!r}, expected a whole number, 0 or more")
    would = f"scale {{}} to {replicas} and wait until the pods are there"
    return _about("scale_components", deployment_id, components, timeout, would, replicas=replicas)


@primitive
def wait_for_components(
    deployment_id: str, components: Sequence[str], state: Literal["ready", "stopped"] = "ready", timeout: float | None = None
) -> Request[Done]:
    """Wait until components are ready, or stopped; change nothing.

    deployment_id: The action's own deployment, as it is passed to the flow.
    components: Their names in the driver.
    state: ``ready``: all pods that shall be are. ``stopped``: there are none.
    timeout: How many seconds it may take (default: 600).

    Raises: NotThere, TimedOut
    Example: await wait_for_components(deployment_id, ["database"], timeout=120)
    """
    return _wait(deployment_id, components, state, timeout)


@primitive
def wait_for_component(
    deployment_id: str, component: str, state: Literal["ready", "stopped"] = "ready", timeout: float | None = None
) -> Request[Done]:
    """Wait for one component: ``wait_for_components`` for one."""
    return _wait(deployment_id, [word("component", component)], state, timeout)


def _wait(deployment_id: str, components: Sequence[str], state: str, timeout: float | None) -> Request[Done]:
    if state not in ("ready", "stopped"):
        raise WrongCall(f"state is {state!r}, expected 'ready' or 'stopped'")
    # The protocol's name for it is a keyword here.
    return _about("wait_for_components", deployment_id, components, timeout, f"wait until {{}} is {state}", **{"for": state})
