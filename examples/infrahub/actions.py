"""The upgrade of Infrahub: what its documentation has people do by hand, in its order.

The order: `helm upgrade`, then `infrahub upgrade` in the server's pod, then a restart of the server and the
task manager. Around it the task workers are stopped, so that nothing writes while the graph is migrated.
"""

import asyncio
import json
import time
import urllib.request

from prefect import flow, get_run_logger
from styrmin_backend.actions import (
    CommandFailed,
    GlobalContext,
    execute_command,
    get_logs,
    restart_components,
    start_components,
    stop_components,
    wait_for_components,
)

# BACKUPS is a directory of the database's container; mount a volume of its own there.
BACKUPS = "/backups"

# COMPLETE is what `infrahub upgrade` prints at its end since Infrahub 1.10 when all went well; it exits with 0 in any case.
COMPLETE = r"Upgrade complete\b.*\bSUCCESS\b"

# FAILED are the marks that it puts to what went wrong, also where it goes on.
FAILED = r"\b(FAILED|ERROR)\b"

# PATIENCE is how many seconds the Service may take to lead to the new server.
PATIENCE = 120


@flow
async def quiesce(deployment_id: str, current_version: str) -> None:
    """Stops the task workers, and backs the graph up once nobody writes any more."""
    await stop_components(deployment_id, ["task-worker"])
    await execute_command(
        deployment_id,
        "database",
        ["neo4j-admin", "database", "backup", f"--to-path={BACKUPS}", "neo4j"],
        expect="Backup command completed",
    )
    get_run_logger().info("The graph of version %s is in %s", current_version, BACKUPS)


@flow
async def migrate(deployment_id: str) -> None:
    """Runs the migrations of the version that Helm has just deployed; those that were applied are not applied again."""
    await wait_for_components(deployment_id, ["server"])
    try:
        await execute_command(deployment_id, "server", ["infrahub", "upgrade"], expect=COMPLETE, reject=FAILED)
    except CommandFailed:
        for log in await get_logs(deployment_id, "server", tail_lines=20):
            get_run_logger().info("The server printed last:\n%s", log.text)
        raise


@flow
async def resume(deployment_id: str, target_version: str, context: GlobalContext) -> None:
    """Restarts what has read the graph's old schema, starts the workers, and asks the server as its users do."""
    await restart_components(deployment_id, ["server", "task-manager"])
    await start_components(deployment_id, ["task-worker"])
    await serves(context, target_version)


@flow
async def smoke_test(target_version: str, context: GlobalContext) -> None:
    """Asks the server as its users do."""
    await serves(context, target_version)


async def serves(context: GlobalContext, version: str) -> None:
    """Waits until the Service leads to a server of the version."""
    url = f"http://{context.instance.release}-infrahub-server.{context.instance.namespace}:{context.services['api'].port}/api/config"
    deadline = time.monotonic() + PATIENCE
    while (said := ask(url)) != version:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{url}: found {said}, expected version {version}; waited {PATIENCE} s")
        await asyncio.sleep(1)
    get_run_logger().info("%s answers with version %s", url, version)


def ask(url: str) -> str:
    """The version that the server says it is, or why it says nothing."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["version"]
    except (OSError, ValueError, KeyError) as error:
        return f"no version ({error})"
