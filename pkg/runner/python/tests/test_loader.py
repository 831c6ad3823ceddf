import contextlib
import io
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

from styrmin_backend.context import GlobalContext, get_context
from styrmin_backend.errors import Unloadable
from styrmin_backend.loader import bind, load

INSTANCE = Path(__file__).parents[2] / "testdata" / "instance"
DRIVER = INSTANCE / "driver"


class LoaderTest(unittest.TestCase):
    def setUp(self) -> None:
        get_context.cache_clear()
        environment = {
            "STYRMIN_INSTANCE_DIR": str(INSTANCE),
            "STYRMIN_DEPLOYMENT_ID": "shop/web",
            "STYRMIN_TARGET_VERSION": "2.0.0",
        }
        for patch in (mock.patch.dict(os.environ, environment), mock.patch.object(sys, "path", list(sys.path))):
            patch.start()
            self.addCleanup(patch.stop)

    def test_unloadable(self) -> None:
        for location, message in (
            ("actions.py", "expected FILE.py::FUNCTION"),
            ("absent.py::flow", "absent.py is not a file of the driver"),
            ("actions.py::missing", "actions.py has no 'missing'; its flows are: async_ok"),
            ("actions.py::plain", "actions.py::plain is a function, expected a Prefect flow: decorate it with @flow"),
            ("syntax.py::flow", r"syntax.py cannot be imported: SyntaxError: .*syntax.py, line 2"),
            ("raising.py::flow", "raising.py cannot be imported: line 1: ZeroDivisionError: division by zero"),
        ):
            quiet = contextlib.redirect_stderr(io.StringIO())
            with self.subTest(location), quiet, self.assertRaisesRegex(Unloadable, message):
                load(location, DRIVER)

    def test_arguments_are_bound_by_name(self) -> None:
        arguments = bind(load("actions.py::async_ok", DRIVER))
        self.assertIsInstance(arguments.pop("context"), GlobalContext)
        self.assertEqual(arguments, {"deployment_id": "shop/web", "target_version": "2.0.0", "current_version": "", "size": 3})

    def test_unbindable(self) -> None:
        known = "there are context, current_version, deployment_id, password, size, tags, target_version"
        for function, message in (
            ("unknown_parameter", f"nothing is known to pass for parameter 'colour'; {known}"),
            ("odd_parameters", "parameter 'context' is positional only"),
        ):
            with self.assertRaisesRegex(Unloadable, message):
                bind(load(f"actions.py::{function}", DRIVER))

    def test_unreadable_context_is_unloadable(self) -> None:
        get_context.cache_clear()
        elsewhere = mock.patch.dict(os.environ, {"STYRMIN_INSTANCE_DIR": "/nowhere"})
        with elsewhere, self.assertRaisesRegex(Unloadable, "context cannot be read.*/nowhere"):
            bind(load("actions.py::async_ok", DRIVER))


if __name__ == "__main__":
    unittest.main()
