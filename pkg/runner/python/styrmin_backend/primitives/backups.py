"""Backups of components, by the strategies that the driver declares."""

from __future__ import annotations

from collections.abc import Sequence

from styrmin_backend.dual import primitive
from styrmin_backend.request import Answer, Request, done, own, word, words
from styrmin_backend.results import Backup, Done, Results


@primitive
def backup_components(
    deployment_id: str, components: Sequence[str], name: str, timeout: float | None = None
) -> Request[Results[Backup]]:
    """Back up components, each as its ``backup`` in the driver says.

    The kinds ``postgres`` and ``mariadb`` dump the database by its own program, in its own container, into the claim
    ``NAME-backups`` of the deployment. That is made when it is not there, and kept when the deployment is deleted.

    The kind ``disk`` makes a VolumeSnapshot of each claim that the component's pods have, or of those behind the
    ``volumes`` that the driver names, by the default VolumeSnapshotClass of their CSI driver. Disks are backed up as
    if the power had failed, each at its own moment: stop the component before, where it cannot bear that or has
    several disks that must fit together. A component that is stopped is backed up as well.

    A backup of that name which is whole is left as it is, and returned: names that tell the version tell backups
    apart. One that was not completed does not count. A database that a dump could not bring back whole is refused,
    with the reason; ``docs/backups.md`` says what a backup has, and what it has not: roles and users, for one.

    deployment_id: The action's own deployment, as it is passed to the flow.
    components: Their names in the driver.
    name: What the backup is called, ``before-2.0.0`` for one; ``restore_components`` finds it by this.
    timeout: How many seconds it may take (default: as long as the action may).

    Raises: Unsupported, NoReadyPod, CommandFailed, TimedOut
    Example: await backup_components(deployment_id, ["database"], name=f"before-{target_version}")
    """
    return _back_up(deployment_id, words("components", components), name, timeout)


@primitive
def backup_component(deployment_id: str, component: str, name: str, timeout: float | None = None) -> Request[Results[Backup]]:
    """Back up one component: ``backup_components`` for one."""
    return _back_up(deployment_id, [word("component", component)], name, timeout)


@primitive
def restore_components(deployment_id: str, components: Sequence[str], name: str, timeout: float | None = None) -> Request[Done]:
    """Bring components back to a backup. What they have written since is lost.

    The backup's checksum is compared before anything is touched. What was made since goes. PostgreSQL is restored in one
    transaction; a MariaDB restore that breaks off leaves a part, and is to be repeated. Stop what uses the database first:
    a restore waits 30 seconds for its locks, and then says who has them.

    Disks are replaced while the component is stopped, which this does, and started again if it ran before. What they
    had is kept in their old volumes, so the action's service account needs the ClusterRole ``styrmin-disk-restore``,
    which is bound to nobody; without it nothing is done. A restore that breaks off is to be repeated: it goes on
    where it was.

    deployment_id: The action's own deployment, as it is passed to the flow.
    components: Their names in the driver.
    name: What the backup is called.
    timeout: How many seconds it may take (default: as long as the action may).

    Raises: Unsupported, NotThere, NoReadyPod, CommandFailed, TimedOut
    Example: await restore_components(deployment_id, ["database"], name=f"before-{target_version}")
    """
    return _restore(deployment_id, words("components", components), name, timeout)


@primitive
def restore_component(deployment_id: str, component: str, name: str, timeout: float | None = None) -> Request[Done]:
    """Bring one component back to a backup: ``restore_components`` for one."""
    return _restore(deployment_id, [word("component", component)], name, timeout)


def _fields(deployment_id: str, components: list[str], name: str, timeout: float | None) -> dict[str, object]:
    return {"deployment": own(deployment_id), "components": components, "name": word("name", name), "timeoutSeconds": timeout}


def _back_up(deployment_id: str, components: list[str], name: str, timeout: float | None) -> Request[Results[Backup]]:
    return Request(
        "backup_components",
        _fields(deployment_id, components, name, timeout),
        _backups,
        f"back up {', '.join(components)} as {name}",
        Results(Backup(component, "dry-run", name, "") for component in components),
    )


def _restore(deployment_id: str, components: list[str], name: str, timeout: float | None) -> Request[Done]:
    fields = _fields(deployment_id, components, name, timeout)
    return Request("restore_components", fields, done, f"restore {', '.join(components)} from {name}", Done())


def _backups(answer: Answer) -> Results[Backup]:
    return Results(Backup(r["component"], r["kind"], r["name"], r["location"]) for r in answer)
