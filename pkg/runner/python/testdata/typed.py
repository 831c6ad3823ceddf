"""Actions that use the primitives well."""

from prefect import flow
from styrmin_backend.actions import (
    CommandFailed,
    GlobalContext,
    TimedOut,
    execute_command,
    execute_commands,
    run_job,
    stop_components,
    wait_for_component,
)


@flow
async def migrate(deployment_id: str, target_version: str, context: GlobalContext) -> str:
    """An async action."""
    await stop_components.with_options(retries=5, retry_delay_seconds=10)(deployment_id, list(context.components))
    results = await execute_commands(deployment_id, "server", [["notes", "migrate"]], expect="migrated", timeout=60)
    seconds: float = results[0].seconds
    job = await run_job(deployment_id, "server", ["notes", "check"], image=f":{target_version}")
    return f"{context.app.chart.version}: {job.exit_code} after {seconds}"


@flow
def check(deployment_id: str) -> int:
    """A plain action."""
    future = wait_for_component.submit(deployment_id, "server", state="ready")
    future.result()
    try:
        return execute_command(deployment_id, "server", ["notes", "check"]).exit_code
    except CommandFailed as err:
        return err.exit_code
    except TimedOut as err:
        raise RuntimeError(err.unfinished[0].workload) from err
