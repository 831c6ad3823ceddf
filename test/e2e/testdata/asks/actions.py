"""A core action that says when the release changes, between two steps of its own."""

import os

from prefect import flow
from styrmin_backend.actions import upgrade_deployment_version


@flow
def step(target_version: str) -> None:
    print(f"{os.environ['STYRMIN_ACTION']} for {target_version}")


@flow
async def move(deployment_id: str, target_version: str) -> None:
    print("before the release")
    first = await upgrade_deployment_version(deployment_id, target_version)
    again = await upgrade_deployment_version(deployment_id, target_version)
    print(f"revision {first.revision} has version {first.version}, asked again {again.revision}")
