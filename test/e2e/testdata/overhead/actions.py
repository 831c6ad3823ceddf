"""Calls primitives that have nothing to wait for, and prints where the time went; see test/benchmark/action."""

import json
import sys

from prefect import flow
from styrmin_backend.actions import (
    copy_from,
    execute_commands,
    get_logs,
    restart_components,
    scale_components,
    start_components,
    stop_components,
    upgrade_deployment_version,
    wait_for_components,
)


@flow
def measure(deployment_id: str, target_version: str) -> None:
    clock = sys.modules["clock"]
    clock.note("first line")
    found = {"container start to the flow's first line": clock.beginning()}

    def timed(name, primitive, *arguments, **more):
        found[name] = clock.primitive(lambda: primitive(deployment_id, *arguments, **more))

    timed("wait_for_components, ready", wait_for_components, ["server"])
    timed("start_components, started", start_components, ["server"])
    timed("scale_components, as it is", scale_components, ["server"], replicas=1)
    timed("execute_commands, true", execute_commands, "server", [["true"]])
    timed("get_logs", get_logs, "server")
    timed("copy_from, a small file", copy_from, "server", "/etc/hostname", to="/tmp")
    timed("upgrade_deployment_version, done", upgrade_deployment_version, target_version)
    stop_components(deployment_id, ["server"])
    timed("stop_components, stopped", stop_components, ["server"])
    timed("restart_components, stopped", restart_components, ["server"])
    start_components(deployment_id, ["server"])
    print("overhead " + json.dumps(found))
