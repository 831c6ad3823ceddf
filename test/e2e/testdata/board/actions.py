"""Actions that write on the test's board when they begin and end, and that do what they read there."""

import os

from prefect import flow
from styrmin_backend.actions import execute_commands

# With hold-ACTION on the board an action waits, with fail-ACTION it fails.
VISIT = """
set -eu
cd /board
echo "begin $1" >> log
waited=0
while [ -e "hold-$1" ]; do
    waited=$((waited + 1))
    test $waited -lt 1800 || { echo "nobody took hold-$1 away" >&2; exit 3; }
    sleep 0.1
done
if [ -e "fail-$1" ]; then
    echo "the board says that $1 fails" >&2
    exit 1
fi
echo "end $1" >> log
"""


@flow
async def visit_board(deployment_id: str) -> None:
    await execute_commands(
        deployment_id,
        component="board",
        commands=[["sh", "-c", VISIT, "visit", os.environ["STYRMIN_ACTION"]]],
    )
