"""Flows that write on the test's board and do what they read there, see visit."""

import os

from prefect import flow
from styrmin_backend.actions import execute_commands, start_component, stop_component


@flow
async def visit_board(deployment_id: str) -> None:
    """All that most actions do."""
    await execute_commands(
        deployment_id,
        component="board",
        commands=[["/board/visit", os.environ["STYRMIN_ACTION"]]],
    )


@flow
async def nap(deployment_id: str) -> None:
    """Visits the board while the worker is stopped."""
    await stop_component(deployment_id, "worker")
    await visit_board(deployment_id)
    await start_component(deployment_id, "worker")
