import io
import logging
import os
import unittest
from pathlib import Path
from unittest import mock

from styrmin_backend import redact
from styrmin_backend.context import get_context

INSTANCE = Path(__file__).parents[2] / "testdata" / "instance"


class RedactTest(unittest.TestCase):
    def setUp(self) -> None:
        environment = {"STYRMIN_INSTANCE_DIR": str(INSTANCE), "STYRMIN_SENSITIVE": "password,size,absent"}
        patch = mock.patch.dict(os.environ, environment)
        patch.start()
        for undo in (patch.stop, redact.secrets.cache_clear, get_context.cache_clear):
            self.addCleanup(undo)
        redact.secrets.cache_clear()
        get_context.cache_clear()

    def test_all_forms(self) -> None:
        for text, expected in (
            ('the password is pä/ss "word"!', "the password is ***!"),
            (r'{"password": "p\u00e4/ss \"word\""}', '{"password": "***"}'),
            ("https://me:p%C3%A4%2Fss%20%22word%22@host", "https://me:***@host"),
            ("cMOkL3NzICJ3b3JkIg==", "***"),
            ("size 3 is too short to be a secret", "size 3 is too short to be a secret"),
        ):
            self.assertEqual(redact.redact(text), expected)

    def test_values_at_any_depth(self) -> None:
        self.assertEqual(
            redact.redact_all({"a": ['pä/ss "word"', 3, True, None], "b": {"c": "d"}}),
            {"a": ["***", 3, True, None], "b": {"c": "d"}},
        )

    def test_logs(self) -> None:
        factory = logging.getLogRecordFactory()
        self.addCleanup(logging.setLogRecordFactory, factory)
        redact.redact_logs()
        out = io.StringIO()
        logger = logging.getLogger(self.id())
        logger.setLevel(logging.INFO)
        logger.addHandler(logging.StreamHandler(out))
        logger.info("using %s", 'pä/ss "word"')
        try:
            raise RuntimeError('pä/ss "word" is wrong')
        except RuntimeError:
            logger.exception("it failed")
        self.assertNotIn("word", out.getvalue())
        self.assertIn("using ***\n", out.getvalue())
        self.assertIn("RuntimeError: *** is wrong", out.getvalue())

    def test_nothing_is_sensitive(self) -> None:
        redact.secrets.cache_clear()
        with mock.patch.dict(os.environ, {"STYRMIN_SENSITIVE": ""}):
            self.assertEqual(redact.redact("as it was"), "as it was")


if __name__ == "__main__":
    unittest.main()
