"""The lifecycle of the notes service.

Every action may run again after it was interrupted, and so does nothing twice.
"""

import asyncio
import json
import time
import urllib.error
import urllib.request

from prefect import flow, get_run_logger
from styrmin_backend.actions import (
    GlobalContext,
    execute_commands,
    start_components,
    stop_components,
)

# MANIFEST names the record of the notes that were there before the upgrade.
MANIFEST = "before-upgrade"

# PATIENCE is how many seconds the Service may take to lead to the new version.
PATIENCE = 60

# DUMPS lies beside the data: a dump survives a mistake in the migration, not the loss of the volume.
DUMPS = "/var/lib/postgresql/dumps"


@flow
async def check_input(owner_email: str, replicas: int) -> None:
    """Refuses what the kinds of the parameters cannot express."""
    name, _, domain = owner_email.partition("@")
    if not name or "." not in domain:
        raise ValueError(f"owner_email is {owner_email!r}, expected an e-mail address such as you@example.org")
    if not 1 <= replicas <= 10:
        raise ValueError(f"replicas is {replicas}, expected 1 to 10")
    get_run_logger().info("The parameters are fine")


@flow
async def migrate(deployment_id: str) -> None:
    """Brings the database's schema to that of the server that Helm has just deployed."""
    await execute_commands(deployment_id, component="server", commands=[["notes", "migrate"]])


@flow
async def stop_worker(deployment_id: str) -> None:
    """Stops the worker: it speaks one schema only, and holds locks that a migration waits for."""
    await stop_components(deployment_id, ["worker"])


@flow
async def back_up(deployment_id: str, current_version: str) -> None:
    """Dumps the database, and records the notes for verify_upgrade to compare."""
    dump = f"{DUMPS}/notes-{current_version}.sql"
    await execute_commands(
        deployment_id,
        component="database",
        commands=[
            ["mkdir", "-p", DUMPS],
            # Under another name until it is complete.
            ["pg_dump", f"--file={dump}.partial"],
            ["mv", f"{dump}.partial", dump],
            ["ls", "-l", dump],
        ],
    )
    await execute_commands(
        deployment_id,
        component="server",
        commands=[["notes", "manifest", "record", MANIFEST]],
    )


@flow
async def start_worker(deployment_id: str) -> None:
    """Starts the worker and waits until it has done what queued up while it was stopped."""
    await start_components(deployment_id, ["worker"])
    await execute_commands(
        deployment_id,
        component="server",
        commands=[["notes", "wait-counted", "--timeout", "60"]],
    )


@flow
async def smoke_test(target_version: str, context: GlobalContext) -> None:
    """Asks the service, over the network as its users do, for its version and its notes."""
    await service_answers(context, target_version)


@flow
async def verify_upgrade(deployment_id: str, target_version: str, context: GlobalContext) -> None:
    """The smoke test, and a comparison of every note with the record made before the upgrade."""
    await service_answers(context, target_version)
    await execute_commands(
        deployment_id,
        component="server",
        commands=[["notes", "manifest", "verify", MANIFEST]],
    )


async def service_answers(context: GlobalContext, version: str) -> None:
    """Waits until the Service leads to the wanted version, then reads the notes through it."""
    logger = get_run_logger()
    base = f"http://{context.instance.release}-server.{context.instance.namespace}:{context.services['api'].port}"
    deadline = time.monotonic() + PATIENCE
    said = ""
    while True:
        # A Service follows its pods with a little delay.
        status, answer = get(base + "/version")
        if answer.get("version") == version:
            break
        problem = f"GET {base}/version: {status or 'no answer'}, {answer}, expected version {version}"
        if time.monotonic() > deadline:
            raise RuntimeError(f"{problem}; waited {PATIENCE} s")
        if problem != said:
            logger.info("waiting: %s", problem)
            said = problem
        await asyncio.sleep(1)
    status, answer = get(base + "/notes?limit=1")
    if status != 200:
        raise RuntimeError(f"GET {base}/notes: {status or 'no answer'}, {answer.get('error')}")
    logger.info("%s serves %d notes, version %s", base, answer["total"], version)


def get(url: str) -> tuple[int, dict]:
    """GETs a JSON document. A service that cannot be reached is status 0."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError as error:
        return 0, {"error": str(error)}
