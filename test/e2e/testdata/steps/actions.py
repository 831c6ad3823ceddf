"""One flow for all actions: it only says that it ran."""

import os

from prefect import flow


@flow
def step(target_version: str) -> None:
    print(f"{os.environ['STYRMIN_ACTION']} for {target_version}")
