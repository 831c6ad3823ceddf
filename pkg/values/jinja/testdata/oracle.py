"""Renders templates with the real Jinja2: a JSON request a line, a JSON answer a line."""

import json
import sys

from jinja2 import Environment
from jinja2.exceptions import TemplateError


def env_vars(components, name):
    variables = components[name].get("env_vars") or {}
    if isinstance(variables, list):
        return variables
    return [{"name": key, "value": str(value)} for key, value in sorted(variables.items())]


def list_field(field):
    return lambda components, name: components[name].get(field) or []


environment = Environment()
environment.filters["component_env_vars"] = env_vars
environment.filters["component_command"] = list_field("command")
environment.filters["component_args"] = list_field("args")


def answer(request):
    try:
        return {"text": environment.from_string(request["template"]).render(request["context"])}
    except (
        TemplateError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        RecursionError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as problem:
        return {"error": f"{type(problem).__name__}: {problem}"}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
