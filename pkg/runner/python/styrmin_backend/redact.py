"""Keeps the values of sensitive parameters out of logs and messages.

The deployment names the parameters (``spec.sensitive``). This is what Prefect
gets to see; the runner does the same to all that the process prints.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
import os
import traceback
from typing import Any
from urllib.parse import quote

from styrmin_backend.context import get_context

MASK = "***"

#: Shorter values are no secrets, and to mask them would garble everything.
SHORTEST = 4


@functools.cache
def secrets() -> tuple[str, ...]:
    """The texts to mask, the longest first."""
    named = [name for name in os.environ.get("STYRMIN_SENSITIVE", "").split(",") if name]
    if not named:
        return ()
    parameters = get_context().parameters
    found = {form for name in named if name in parameters for form in _forms(parameters[name])}
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _forms(value: Any) -> set[str]:
    """How a value may be written in a line of text."""
    if isinstance(value, bool) or value is None:
        return set()
    text = str(value)
    lines = {line.strip() for line in text.splitlines()}
    forms = lines | {json.dumps(text)[1:-1], quote(text, safe=""), base64.b64encode(text.encode()).decode()}
    return {form for form in forms if len(form) >= SHORTEST}


def redact(text: str) -> str:
    """The text with every secret masked."""
    for secret in secrets():
        text = text.replace(secret, MASK)
    return text


def redact_all(value: Any) -> Any:
    """A JSON value with every secret masked, at any depth."""
    if isinstance(value, dict):
        return {key: redact_all(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_all(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    masked = redact(str(value))
    return value if masked == str(value) else masked


def redact_error(err: BaseException) -> None:
    """Mask secrets in an exception's own words."""
    err.args = tuple(redact(arg) if isinstance(arg, str) else arg for arg in err.args)


def redact_logs() -> None:
    """Mask secrets in every log record from now on, before any handler sees it."""
    if not secrets():
        return
    make = logging.getLogRecordFactory()

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = redact("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record

    logging.setLogRecordFactory(masked)
