"""One flow for all actions: it writes on the test's board and does what it reads there, see visit."""

import os

from prefect import flow
from styrmin_backend.actions import execute_commands


@flow
async def visit_board(deployment_id: str) -> None:
    await execute_commands(
        deployment_id,
        component="board",
        commands=[["/board/visit", os.environ["STYRMIN_ACTION"]]],
    )
