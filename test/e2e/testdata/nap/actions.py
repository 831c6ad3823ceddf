"""A flow that visits the test's board, see testdata/board/visit, while the worker is stopped."""

from prefect import flow
from styrmin_backend.actions import execute_command, start_component, stop_component


@flow
async def nap(deployment_id: str) -> None:
    await stop_component(deployment_id, "worker")
    await execute_command(deployment_id, "board", ["/board/visit", "nap"])
    await start_component(deployment_id, "worker")
