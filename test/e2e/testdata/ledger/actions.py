"""One flow for all actions: it writes into the ledger that it ran, once nothing holds it, see ledger_test.go."""

import os
import time

import psycopg2
from prefect import flow
from styrmin_backend.actions import execute_commands

ACTION = os.environ["STYRMIN_ACTION"]


@flow
async def write(deployment_id: str, target_version: str) -> None:
    wait(target_version)
    await execute_commands(
        deployment_id,
        component="ledger",
        commands=[["psql", "--command", f"INSERT INTO ledger VALUES ('{target_version}', '{ACTION}')"]],
    )


def wait(version: str) -> None:
    """Until nothing holds the action. The API server has no part in it, and what waits ends with the action."""
    database = psycopg2.connect(host="ledger", user="ledger", password="not-reached-from-outside")
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO begun VALUES (%s, %s)", (version, ACTION))
        while True:
            cursor.execute("SELECT FROM hold WHERE action = %s", (ACTION,))
            if not cursor.rowcount:
                return
            time.sleep(0.2)
