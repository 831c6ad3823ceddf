"""The lifecycle of the shop, with every primitive in the place where it belongs.

The upgrade closes the shop first, so that a migration that fails can be undone by restoring the backup: nobody has
written anything since.
"""

import csv
from pathlib import Path

from prefect import flow, get_run_logger
from styrmin_backend.actions import (
    CommandFailed,
    backup_component,
    copy_from,
    execute_command,
    execute_commands,
    get_logs,
    restart_component,
    restore_component,
    run_job,
    scale_component,
    start_components,
    stop_components,
    upgrade_deployment_version,
    wait_for_components,
)

# EXPORT is where a server writes all orders.
EXPORT = "/tmp/orders.csv"


@flow
async def create_schema(deployment_id: str) -> None:
    """Creates the tables with the server that Helm has just deployed, which looks for them when it starts."""
    await wait_for_components(deployment_id, ["database", "server"], timeout=120)
    await execute_command(deployment_id, "server", ["shop", "migrate"])
    await restart_component(deployment_id, "server")


@flow
async def close(deployment_id: str, target_version: str) -> None:
    """Stops everything that writes, and backs up what it has written."""
    await stop_components(deployment_id, ["server", "worker", "reports"])
    await backup_component(deployment_id, "database", name=f"before-{target_version}")


@flow
async def migrate(deployment_id: str, target_version: str) -> None:
    """Migrates in a pod like the server's with the new image, then lets the release change."""
    try:
        await run_job(deployment_id, "server", ["shop", "migrate"], image=f":{target_version}")
    except CommandFailed:
        for log in await get_logs(deployment_id, "database", tail_lines=10):
            get_run_logger().info("The database said last:\n%s", log.text)
        await restore_component(deployment_id, "database", name=f"before-{target_version}")
        raise
    await upgrade_deployment_version(deployment_id, target_version)


def orders_in(export: str) -> list[dict[str, str]]:
    """The orders of an exported file."""
    with Path(export).open(newline="") as file:
        return list(csv.DictReader(file))


@flow
async def reopen(deployment_id: str, servers: int) -> None:
    """Starts one server, looks at what it exports, and starts everything when that is right."""
    await scale_component(deployment_id, "server", replicas=1)
    await execute_commands(deployment_id, "server", [["shop", "check"], ["shop", "export", EXPORT]])
    exported = await copy_from(deployment_id, "server", EXPORT, to="/tmp/exported")
    orders = orders_in(exported.path)
    if incomplete := [order["id"] for order in orders if not order["currency"]]:
        raise RuntimeError(f"orders {', '.join(incomplete)} have no currency; expected one in each of {len(orders)}")
    get_run_logger().info("All of %d orders have a currency", len(orders))
    await scale_component(deployment_id, "server", replicas=servers)
    await start_components(deployment_id, ["worker", "reports"])
