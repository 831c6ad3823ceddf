"""The lifecycle of an application, in the style of a driver's author."""
import subprocess
import prefect as p
from prefect import flow, get_run_logger, task
from styrmin_backend.actions import (
    GlobalContext,
    execute_commands as run,
    stop_components,
    start_components,
)
import styrmin_backend.actions as sa

WORKERS = ["task-worker", "scheduler"]


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@task(retries=3, retry_delay_seconds=[1, 10, 100])
async def migrate(deployment_id: str) -> None:
    await run(deployment_id, component="server", commands=[["app", "migrate"]], timeout=600)


@flow(name=f"upgrade {1 + 1}", log_prints=True)
async def upgrade(deployment_id: str, target_version: str, *, replicas: int = 2) -> None:
    logger = get_run_logger()
    await stop_components(deployment_id, WORKERS)
    await migrate(deployment_id)
    await stop_components.with_options(retries=2)(deployment_id, ["task-worker"])
    future = sa.start_component.submit(deployment_id, component="server")
    await start_components(deployment_id, [w for w in WORKERS if w])
    logger.info("Upgrade to %s complete: %s", target_version, future.result())


@p.flow
@traced
def verify(context: GlobalContext):
    subprocess.run(["helm", "status", context.instance.release], check=True)
