"""Actions with mistakes that a type checker finds."""

from styrmin_backend.actions import GlobalContext, execute_commands, get_context, scale_components, wait_for_components
from styrmin_backend.actions import start_componnts as start  # wrong


def act(deployment_id: str, context: GlobalContext) -> str:
    """Call primitives wrongly."""
    scale_components(deployment_id, ["server"], "2")  # wrong
    execute_commands(deployment_id, "server", commands="notes migrate", timeot=3)  # wrong
    wait_for_components(deployment_id, ["server"], state="gone")  # wrong
    port: int = context.app.version  # wrong
    return get_context().app.chart.version + str(port)
