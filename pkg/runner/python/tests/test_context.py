import copy
import json
import os
import pickle
import unittest
from pathlib import Path
from unittest import mock

from styrmin_backend.context import App, Chart, GlobalContext, get_context

INSTANCE = Path(__file__).parents[2] / "testdata" / "instance"


class ContextTest(unittest.TestCase):
    def setUp(self) -> None:
        get_context.cache_clear()
        with mock.patch.dict(os.environ, {"STYRMIN_INSTANCE_DIR": str(INSTANCE)}):
            self.context = get_context()

    def test_attributes_and_keys_are_the_same(self) -> None:
        self.assertEqual(self.context.app.version, "2.0.0")
        self.assertEqual(self.context["app"]["version"], "2.0.0")
        self.assertIsInstance(self.context.app, App)
        self.assertIsInstance(self.context.app.chart, Chart)
        self.assertEqual(self.context.parameters.get("absent", 7), 7)

    def test_frozen(self) -> None:
        for change in (
            lambda: setattr(self.context, "app", None),
            lambda: setattr(self.context.app, "version", "3"),
            lambda: delattr(self.context, "app"),
        ):
            with self.assertRaisesRegex(AttributeError, "frozen"):
                change()
        with self.assertRaises(TypeError):
            self.context["app"]["version"] = "3"  # type: ignore[index]
        self.assertEqual(self.context.parameters.tags, ("a", {"b": 1}))

    def test_absent_names_what_there_is(self) -> None:
        with self.assertRaisesRegex(AttributeError, "no 'versoin' here: it has chart, driver_version, name, version"):
            self.context.app.versoin  # noqa: B018

    def test_copies(self) -> None:
        plain = json.loads((INSTANCE / "context" / "context.json").read_text())
        self.assertEqual(self.context.to_dict(), plain)
        for twin in (copy.deepcopy(self.context), pickle.loads(pickle.dumps(self.context))):
            self.assertIsInstance(twin, GlobalContext)
            self.assertEqual(twin.to_dict(), plain)


if __name__ == "__main__":
    unittest.main()
