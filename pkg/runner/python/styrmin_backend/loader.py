"""Finds an action's flow and the arguments to call it with."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from prefect import Flow

from styrmin_backend.context import GlobalContext, get_context
from styrmin_backend.errors import Unloadable


def load(location: str, directory: Path) -> Flow[..., Any]:
    """The flow at FILE.py::FUNCTION in the driver's directory."""
    file, separator, function = location.partition("::")
    if not separator or not file.endswith(".py") or not function:
        raise Unloadable(f"location is {location!r}, expected FILE.py::FUNCTION")
    module = _module(directory / file)
    try:
        found = getattr(module, function)
    except AttributeError:
        flows = [name for name, value in vars(module).items() if isinstance(value, Flow)]
        raise Unloadable(f"{file} has no {function!r}; its flows are: {', '.join(flows) or 'none'}") from None
    if not isinstance(found, Flow):
        raise Unloadable(f"{file}::{function} is a {type(found).__name__}, expected a Prefect flow: decorate it with @flow")
    return found


def _module(path: Path) -> ModuleType:
    """Import the file. Its siblings can be imported by it."""
    if not path.is_file():
        raise Unloadable(f"{path.name} is not a file of the driver ({path.parent})")
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise Unloadable(f"{path.name} is not Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as err:  # also SystemExit: a module must not end the run
        traceback.print_exc()
        raise Unloadable(f"{path.name} cannot be imported: {_where(err, path)}{type(err).__name__}: {err}") from err
    return module


def _where(err: BaseException, path: Path) -> str:
    """The line of the file at which importing it failed; a syntax error names its own."""
    if isinstance(err, SyntaxError):
        return ""
    lines = [frame.lineno for frame in traceback.extract_tb(err.__traceback__) if frame.filename == str(path)]
    return f"line {lines[-1]}: " if lines else ""


def bind(flow: Flow[..., Any]) -> dict[str, Any]:
    """The arguments for a flow, chosen by its parameters' names."""
    offered = _offered()
    arguments: dict[str, Any] = {}
    for name, parameter in inspect.signature(flow.fn).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise Unloadable(f"{flow.fn.__name__}: parameter {name!r} is positional only, but arguments are given by name")
        if name in offered:
            arguments[name] = offered[name]
        elif parameter.default is parameter.empty:
            raise Unloadable(
                f"{flow.fn.__name__}: nothing is known to pass for parameter {name!r}; "
                f"there are {', '.join(sorted(offered))}: rename it, or give it a default"
            )
    return arguments


def _offered() -> dict[str, Any]:
    """All arguments there are. The driver's parameters cannot hide the fixed names."""
    context = _context()
    parameters = context.get("parameters", {})
    return {
        **{name: _plain(value) for name, value in parameters.items()},
        "deployment_id": os.environ.get("STYRMIN_DEPLOYMENT_ID", ""),
        "target_version": os.environ.get("STYRMIN_TARGET_VERSION", ""),
        "current_version": os.environ.get("STYRMIN_CURRENT_VERSION", ""),
        "context": context,
    }


def _context() -> GlobalContext:
    try:
        return get_context()
    except (OSError, json.JSONDecodeError) as err:
        raise Unloadable(f"the run's context cannot be read: {err}") from err


def _plain(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else value
