from prefect import flow, get_run_logger
from styrmin_backend.actions import (
    GlobalContext,
    stop_components,
    start_components,
    execute_commands,
)


@flow
async def pre_setup(context: GlobalContext) -> None:
    logger = get_run_logger()
    logger.info("About to set up %s %s", context.app.name, context.app.version)


@flow
async def upgrade(deployment_id: str, target_version: str) -> None:
    logger = get_run_logger()
    await stop_components(deployment_id, ["task-worker"])
    await execute_commands(
        deployment_id,
        component="server",
        commands=[["infrahub", "migrate"]],
    )
    await start_components(deployment_id, ["task-worker"])
    logger.info("Upgrade complete")
