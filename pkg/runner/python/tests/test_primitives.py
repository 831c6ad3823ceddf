import asyncio
import json
import os
import pickle
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from prefect import flow, task

from styrmin_backend import actions
from styrmin_backend.dual import forgotten

ME = "shop/web"


class PrimitivesTest(unittest.TestCase):
    """Primitives against a runner that records what it is asked."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.log = Path(directory.name) / "log"
        environment = mock.patch.dict(os.environ, {"FAKE_LOG": str(self.log), "STYRMIN_DEPLOYMENT_ID": ME})
        environment.start()
        self.addCleanup(environment.stop)

    def asked(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def test_async_flow_awaits(self) -> None:
        @flow
        async def upgrade() -> Any:
            await actions.stop_components(ME, ["task-worker"])
            results = await actions.execute_commands(ME, component="server", commands=[["infrahub", "migrate"]])
            await asyncio.gather(actions.start_component(ME, "task-worker"), asyncio.create_task(actions.start_component(ME, "b")))
            return results

        results = asyncio.run(upgrade())
        self.assertEqual(results[0].command, ("infrahub", "migrate"))
        self.assertEqual((results[0].exit_code, results[0].stdout, results[0].seconds), (0, "out\n", 1.5))
        self.assertEqual(self.asked()[0], ["component", "stop", f"--deployment={ME}", "--", "task-worker"])
        self.assertEqual(self.asked()[1], ["exec", f"--deployment={ME}", "--commands", '[["infrahub", "migrate"]]', "--", "server"])
        self.assertEqual(sorted(a[-1] for a in self.asked()[2:]), ["b", "task-worker"])
        self.assertEqual(forgotten, [])

    def test_sync_flow_calls(self) -> None:
        @task
        def inner() -> None:
            actions.stop_component(ME, "in-task")

        @flow
        def upgrade() -> Any:
            actions.stop_components(ME, ["a", "b"], timeout=5)
            inner()
            actions.start_components.submit(ME, ["submitted"]).result()
            retried = actions.execute_command.with_options(retries=1, retry_delay_seconds=0)
            return retried(ME, "server", ["true"], container="c", expect="x", reject="y")

        self.assertEqual(upgrade().pod, "server-1")
        self.assertEqual(self.asked()[0], ["component", "stop", f"--deployment={ME}", "--timeout=5s", "--", "a", "b"])
        self.assertEqual([a[-1] for a in self.asked()[1:3]], ["in-task", "submitted"])
        self.assertEqual(self.asked()[3][2:5], ["--container=c", "--expect=x", "--reject=y"])

    def test_sync_flow_below_async_flow(self) -> None:
        @flow
        def below() -> None:
            actions.stop_component(ME, "a")

        @flow
        async def above() -> None:
            below()

        asyncio.run(above())
        self.assertEqual(len(self.asked()), 1)

    def test_failures(self) -> None:
        @flow
        def command() -> None:
            actions.execute_commands.with_options(retries=1, retry_delay_seconds=0)(ME, "server", [["true"], ["false"]])

        with self.assertRaises(actions.CommandFailed) as caught:
            command()
        self.assertEqual(len(self.asked()), 2, "retries=1 makes two attempts")
        for failure in (caught.exception, pickle.loads(pickle.dumps(caught.exception))):
            self.assertEqual((failure.component, failure.exit_code, failure.command), ("server", 1, ["false"]))
            self.assertEqual(failure.stdout, "out\n")

        @flow
        def fails(*names: str) -> None:
            actions.stop_components(ME, list(names))

        with self.assertRaisesRegex(actions.PrimitiveFailed, "declares server"):
            fails("nothing")
        with self.assertRaisesRegex(actions.PrimitiveFailed, "ended with code 3 and without an answer"):
            fails("mute")

    def test_wrong_arguments(self) -> None:
        @flow
        def wrong(call: Any) -> None:
            call()

        for call, message in (
            (lambda: actions.stop_components(ME, "task-worker"), "expected a list of strings"),
            (lambda: actions.execute_commands(ME, "server", ["infrahub migrate"]), "expected a list of strings"),
            (lambda: actions.execute_commands(ME, "server", "infrahub"), "expected a list of lists"),
            (lambda: actions.stop_components("shop/other", ["a"]), "acts on that only"),
        ):
            with self.assertRaisesRegex((TypeError, ValueError), message):
                wrong(call)
        self.assertFalse(self.log.exists())

    def test_cancelling_ends_the_runner(self) -> None:
        @flow
        async def impatient() -> None:
            await asyncio.wait_for(actions.stop_component(ME, "slow"), timeout=1)

        began = time.monotonic()
        with self.assertRaises(TimeoutError if hasattr(asyncio, "Runner") else asyncio.TimeoutError):
            asyncio.run(impatient())
        self.assertLess(time.monotonic() - began, 15)


if __name__ == "__main__":
    unittest.main()
