import os
import signal
import sys
import time
from pathlib import Path

from helpers import EXPECTED
from prefect import flow
from prefect.states import Cancelled, Failed
from styrmin_backend.actions import GlobalContext, start_components, stop_components


@flow
async def async_ok(
    deployment_id: str, target_version: str, current_version: str, context: GlobalContext, size: int, colour: str = "red"
) -> None:
    assert (deployment_id, target_version, current_version) == ("shop/web", EXPECTED, "1.0.0")
    assert (size, colour) == (3, "red")
    assert isinstance(context, GlobalContext) and context.app.version == context["app"]["version"] == EXPECTED
    await stop_components(deployment_id, ["server"])


@flow
def sync_ok(deployment_id: str) -> str:
    stop_components(deployment_id, ["server"])
    start_components(deployment_id, ["server"])
    return "any value"


@flow
async def returns_failed():
    return Failed(message="not today")


@flow
def cancelled():
    return Cancelled(message="changed my mind")


@flow
def raises() -> None:
    raise RuntimeError("broken")


@flow
def exits_0() -> None:
    sys.exit(0)


@flow
def dies_0() -> None:
    print("last words", flush=True)
    os._exit(0)


@flow
def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@flow
async def forgets_await(deployment_id: str) -> None:
    stop_components(deployment_id, ["server"])


@flow
def unknown_parameter(deployment_id: str, colour: str) -> None:
    raise AssertionError("never called")


@flow
def odd_parameters(context, /, *rest, **more) -> None:
    raise AssertionError("never called")


@flow
def waits() -> None:
    Path(os.environ["BEGUN"]).touch()
    time.sleep(60)


def plain() -> None:
    raise AssertionError("not a flow")
