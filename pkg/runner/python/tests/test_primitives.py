import asyncio
import json
import os
import pickle
import tempfile
import time
import unittest
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from prefect import flow, task
from styrmin_backend import actions, errors
from styrmin_backend.context import get_context
from styrmin_backend.dual import forgotten

ME = "shop/web"
INSTANCE = Path(__file__).parents[2] / "testdata" / "instance"


def in_flow(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returns or raises in a plain flow: one for all, since a flow run takes a while."""

    @flow
    def plain() -> list[Any]:
        return [ending(call) for call in calls]

    return plain()


def ending(call: Callable[[], Any]) -> Any:
    """What a call returns, or the exception that it raises."""
    try:
        return call()
    except Exception as err:  # noqa: BLE001 - whichever it is
        return err


class PrimitivesTest(unittest.TestCase):
    """Primitives against a runner that records what it is asked."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.log = Path(directory.name) / "log"
        environment = mock.patch.dict(
            os.environ, {"FAKE_LOG": str(self.log), "STYRMIN_DEPLOYMENT_ID": ME, "STYRMIN_INSTANCE_DIR": str(INSTANCE)}
        )
        environment.start()
        self.addCleanup(environment.stop)

    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        return [tuple(json.loads(line)) for line in self.log.read_text().splitlines()]

    def test_async_flow_awaits(self) -> None:
        @flow
        async def upgrade() -> Any:
            await actions.stop_components(ME, ["task-worker"])
            results = await actions.execute_commands(ME, component="server", commands=[["infrahub", "migrate"]])
            await asyncio.gather(
                actions.start_component(ME, "task-worker"), asyncio.create_task(actions.start_component(ME, "b"))
            )
            return results

        results = asyncio.run(upgrade())
        self.assertEqual(results[0].command, ("infrahub", "migrate"))
        self.assertEqual((results[0].exit_code, results[0].stdout, results[0].seconds), (0, "out\n", 1.5))
        self.assertEqual(self.asked()[0], ("stop_components", {"deployment": ME, "components": ["task-worker"]}))
        self.assertEqual(
            self.asked()[1],
            ("execute_commands", {"deployment": ME, "component": "server", "commands": [["infrahub", "migrate"]]}),
        )
        self.assertEqual(sorted(request["components"][0] for _, request in self.asked()[2:]), ["b", "task-worker"])
        self.assertEqual(forgotten, [])

    def test_plain_flow_calls(self) -> None:
        @task
        def inner() -> None:
            actions.stop_component(ME, "in-task")

        @flow
        def upgrade() -> Any:
            actions.stop_components(ME, ["a", "b"], timeout=5)
            inner()
            actions.start_components.submit(ME, ["submitted"]).result()
            retried = actions.execute_command.with_options(retries=1, retry_delay_seconds=0)
            return [retried(ME, "server", ["true"], container="c", expect="x", reject="y")]

        self.assertEqual(upgrade()[0].pod, "server-1")
        self.assertEqual(self.asked()[0][1], {"deployment": ME, "components": ["a", "b"], "timeoutSeconds": 5})
        self.assertEqual([request["components"] for _, request in self.asked()[1:3]], [["in-task"], ["submitted"]])
        self.assertEqual(
            {k: self.asked()[3][1][k] for k in ("container", "expect", "reject")},
            {"container": "c", "expect": "x", "reject": "y"},
        )

    def test_every_primitive(self) -> None:
        """Its request, and what is made of the answer."""
        pod = {"component": "db", "pod": "db-1", "container": "main"}
        command = actions.CommandResult(
            **pod, command=("psql",), exit_code=0, stdout="out\n", stderr="", truncated=False, seconds=1.5
        )
        backup = actions.Backup("db", "postgres", "b1", "pvc/b")
        done = actions.Done()
        table: list[tuple[Callable[[], Any], str, dict[str, Any], Any]] = [
            (lambda: actions.restart_components(ME, ["db"]), "restart_components", {"components": ["db"]}, done),
            (lambda: actions.restart_component(ME, "db"), "restart_components", {"components": ["db"]}, done),
            (lambda: actions.scale_components(ME, ["db"], 3), "scale_components", {"components": ["db"], "replicas": 3}, done),
            (lambda: actions.scale_component(ME, "db", 0), "scale_components", {"components": ["db"], "replicas": 0}, done),
            (
                lambda: actions.wait_for_components(ME, ["db"]),
                "wait_for_components",
                {"components": ["db"], "for": "ready"},
                done,
            ),
            (
                lambda: actions.wait_for_component(ME, "db", "stopped"),
                "wait_for_components",
                {"components": ["db"], "for": "stopped"},
                done,
            ),
            (
                lambda: actions.execute_commands(
                    ME, "db", [["psql"]], all_pods=True, environment={"A": "b"}, stdin="select", pod_wait=1
                ),
                "execute_commands",
                {
                    "component": "db",
                    "commands": [["psql"]],
                    "allPods": True,
                    "environment": {"A": "b"},
                    "stdin": "select",
                    "podWaitSeconds": 1,
                },
                [command],
            ),
            (
                lambda: actions.run_job(ME, "db", ["psql"], "migrate", image="db:2", environment={"A": "b"}, expect="ok"),
                "run_job",
                {
                    "component": "db",
                    "command": ["psql"],
                    "name": "migrate",
                    "image": "db:2",
                    "environment": {"A": "b"},
                    "expect": "ok",
                },
                command,
            ),
            (
                lambda: actions.get_logs(ME, "db", tail_lines=9, previous=True),
                "get_logs",
                {"component": "db", "tailLines": 9, "previous": True},
                [actions.Log(**pod, text="a line\n", truncated=True)],
            ),
            (
                lambda: actions.copy_from(ME, "db", "/etc/x", "/tmp/got"),
                "copy_from",
                {"component": "db", "path": "/etc/x", "to": "/tmp/got"},
                actions.Copied(**pod, path="/tmp/got/x", files=1, bytes=3),
            ),
            (
                lambda: actions.upgrade_deployment_version(ME, "2.0"),
                "upgrade_deployment_version",
                {"targetVersion": "2.0"},
                actions.Upgraded("2.0", 3),
            ),
            (
                lambda: actions.backup_components(ME, ["db"], "b1"),
                "backup_components",
                {"components": ["db"], "name": "b1"},
                [backup],
            ),
            (
                lambda: actions.backup_component(ME, "db", "b1"),
                "backup_components",
                {"components": ["db"], "name": "b1"},
                [backup],
            ),
            (
                lambda: actions.restore_components(ME, ["db"], "b1"),
                "restore_components",
                {"components": ["db"], "name": "b1"},
                done,
            ),
            (lambda: actions.restore_component(ME, "db", "b1"), "restore_components", {"components": ["db"], "name": "b1"}, done),
        ]
        got = in_flow(*(call for call, *_ in table))
        for result, asked, (_, primitive, fields, expected) in zip(got, self.asked(), table, strict=True):
            with self.subTest(primitive):
                self.assertEqual(result, expected)
                self.assertEqual(asked, (primitive, {"deployment": ME, **fields}))

    def test_every_primitive_rehearsed(self) -> None:
        """A dry run checks the component's name, returns a sample, and asks the runner for nothing."""
        get_context.cache_clear()
        calls: list[Callable[[], Any]] = [
            lambda: actions.stop_components(ME, ["server"]),
            lambda: actions.execute_commands(ME, "server", [["true"]])[0],
            lambda: actions.run_job(ME, "server", ["true"]),
            lambda: actions.get_logs(ME, "server")[0],
            lambda: actions.copy_from(ME, "server", "/x", "/y"),
            lambda: actions.backup_components(ME, ["server"], "b")[0],
            lambda: actions.upgrade_deployment_version(ME, "2.0"),
            lambda: actions.stop_components(ME, ["sever"]),
        ]
        with mock.patch.dict(os.environ, {"STYRMIN_DRY_RUN": "1"}):
            *samples, misspelt = in_flow(*calls)
        for sample in samples:
            self.assertIn(getattr(sample, "pod", getattr(sample, "kind", "dry-run")), ("dry-run",))
        self.assertIsInstance(misspelt, actions.UnknownComponent)
        self.assertIn("unknown component 'sever': the driver declares server", str(misspelt))
        self.assertFalse(self.log.exists())

    def test_plain_flow_below_async_flow(self) -> None:
        @flow
        def below() -> None:
            actions.stop_component(ME, "a")

        @flow
        async def above() -> None:
            below()

        asyncio.run(above())
        self.assertEqual(len(self.asked()), 1)

    def test_a_failed_command(self) -> None:
        retrying = actions.execute_commands.with_options(retries=1, retry_delay_seconds=0)
        (raised,) = in_flow(lambda: retrying(ME, "server", [["true"], ["false"]]))
        self.assertEqual(len(self.asked()), 2, "retries=1 makes two attempts")
        for failure in (raised, pickle.loads(pickle.dumps(raised))):
            self.assertIsInstance(failure, actions.CommandFailed)
            self.assertEqual((failure.component, failure.exit_code, failure.command), ("server", 1, ["false"]))
            self.assertEqual(failure.stdout, "out\n")

    def test_failures(self) -> None:
        """Each kind of problem is an exception of its own, which says what to do, once, also after it was copied."""
        kinds = [*errors.KINDS.items(), ("failed", actions.PrimitiveFailed), ("new", actions.PrimitiveFailed)]
        *raised, mute = in_flow(
            *(partial(actions.stop_components, ME, [kind]) for kind, _ in kinds), lambda: actions.stop_component(ME, "mute")
        )
        for (kind, expected), found in zip(kinds, raised, strict=True):
            for failure in (found, pickle.loads(pickle.dumps(found))):
                with self.subTest(kind):
                    self.assertIs(type(failure), expected)
                    self.assertEqual(str(failure), "what happened" + (f"\n{expected.advice}" if expected.advice else ""))
                    if isinstance(failure, actions.TimedOut):
                        self.assertEqual(failure.unfinished, (actions.Unfinished("a", "Deployment/a", "0 of 1", ("no node",)),))
        self.assertIn("ended with code 3 and without an answer", str(mute))

    def test_no_runner(self) -> None:
        with mock.patch.dict(os.environ, {"STYRMIN_RUNNER": '["/nowhere/runner", "with", "arguments"]'}):
            (raised,) = in_flow(lambda: actions.stop_components(ME, ["a"]))
        self.assertRegex(str(raised), "cannot start /nowhere/runner.*set STYRMIN_RUNNER")

    def test_wrong_arguments(self) -> None:
        wrong: Any = None
        table: list[tuple[Callable[[], Any], str]] = [
            (lambda: actions.stop_components(ME, "task-worker"), r"expected a list of strings such as \['task-worker'\]"),
            (lambda: actions.stop_components(ME, wrong), "components is None, expected a list of strings"),
            (lambda: actions.stop_component(ME, ""), "component is '', expected a string that is not empty"),
            (
                lambda: actions.execute_commands(ME, "server", ["infrahub migrate"]),
                r"commands\[0\] is 'infrahub migrate', expected a list",
            ),
            (lambda: actions.execute_commands(ME, "server", "infrahub"), "expected a list of lists"),
            (lambda: actions.scale_components(ME, ["a"], -1), "replicas is -1, expected a whole number"),
            (lambda: actions.wait_for_components(ME, ["a"], "gone"), "state is 'gone', expected 'ready' or 'stopped'"),  # type: ignore[arg-type]
            (lambda: actions.stop_components("shop/other", ["a"]), "acts on that only"),
        ]
        for raised, (_, message) in zip(in_flow(*(call for call, _ in table)), table, strict=True):
            self.assertIsInstance(raised, actions.WrongCall)
            self.assertRegex(str(raised), message)
        self.assertFalse(self.log.exists())

    def test_a_forgotten_await_is_told_where_its_result_is_used(self) -> None:
        @flow
        async def forgets() -> Any:
            call: Any = actions.execute_command(ME, "server", ["true"])
            try:
                return call.stdout
            finally:
                await call

        with self.assertRaisesRegex(AttributeError, "execute_command was called without await.*'stdout'"):
            asyncio.run(forgets())

    def test_ending_early_ends_the_runner(self) -> None:
        @flow
        async def impatient() -> None:
            await asyncio.wait_for(actions.stop_component(ME, "slow"), timeout=1)

        began = time.monotonic()
        with self.assertRaises((TimeoutError, asyncio.TimeoutError)):
            asyncio.run(impatient())
        hasty = actions.stop_component.with_options(timeout_seconds=1)
        for raised in in_flow(lambda: hasty(ME, "slow"), lambda: hasty.submit(ME, "slow").result()):
            self.assertIsInstance(raised, TimeoutError)
        self.assertLess(time.monotonic() - began, 25)


if __name__ == "__main__":
    unittest.main()
