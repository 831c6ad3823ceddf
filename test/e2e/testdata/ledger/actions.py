"""One flow for all actions: it writes into the ledger that it ran."""

import os

from prefect import flow
from styrmin_backend.actions import execute_commands


@flow
async def write(deployment_id: str, target_version: str) -> None:
    row = f"('{target_version}', '{os.environ['STYRMIN_ACTION']}')"
    await execute_commands(
        deployment_id,
        component="ledger",
        commands=[["psql", "--command", f"INSERT INTO ledger VALUES {row}"]],
    )
