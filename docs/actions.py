"""Prints docs/actions.md from the sources of the Python package: python3 docs/actions.py PACKAGE.

The sources are read, not imported, so that no Prefect is needed. A primitive whose
docstring does not tell all that the page shows is an error.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HEAD = """\
# Actions

<!-- Generated from the package's docstrings: go test ./docs -run TestActionsPage -update -->

An action is a Prefect flow in a Python file of the driver. It is passed what its parameters name: `deployment_id`,
`target_version`, `current_version`, `context`, and the driver's parameters. It imports what it needs from
`styrmin_backend.actions`, which is there in the action's pod; `kubectl styrmin sdk DIR` writes it for your editor, and
`kubectl styrmin action run` tries an action on your machine. An image for actions has Python 3.10 or newer, and Prefect 3.0.11
or newer, below 4 (3.3.0 or newer for Python 3.13); both ends of it are tested with each Python.

```python
from prefect import flow
from styrmin_backend.actions import GlobalContext, start_components, stop_components


@flow
async def restart_workers(deployment_id: str, context: GlobalContext) -> None:
    workers = [name for name in context.components if name != "database"]
    await stop_components(deployment_id, workers)
    await start_components(deployment_id, workers)
```

In an async flow primitives are awaited, in a plain flow they are called plainly. All are idempotent: an action that was
interrupted runs again from its beginning. Each is a Prefect task. Its options can be set for one call, as in
`stop_components.with_options(retries=5, retry_delay_seconds=10, timeout_seconds=60)(…)`, and
`stop_components.submit(…)` runs it beside a plain flow.

Arguments behind `*` are given by name. Besides the errors that are named, every primitive can raise `WrongCall`,
`UnknownComponent`, `Forbidden`, `Interrupted`, and `PrimitiveFailed`, which all others are.
"""


def main(package: Path) -> str:
    """The page."""
    parts = [HEAD, "## Primitives\n"]
    for name in ("scaling", "commands", "files", "upgrades", "backups"):
        module = parse(package / "primitives" / f"{name}.py")
        parts.append(f"### {doc(module).rstrip('.')}\n")
        functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and decorated(node)]
        aliases = {match[1]: node for node in functions if (match := re.search(r"``(\w+)`` for one", doc(node)))}
        parts.extend(primitive(node, aliases.get(node.name)) for node in functions if node not in aliases.values())
    for title, name in (("Results", "results"), ("Context", "context"), ("Errors", "errors")):
        parts.append(f"## {title}\n")
        parts.extend(table(package / f"{name}.py", exported(package)))
    return "\n".join(parts)


def parse(path: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def exported(package: Path) -> list[str]:
    """The names that actions import."""
    for node in parse(package / "actions.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    raise SystemExit("actions.py has no __all__")


def decorated(node: ast.FunctionDef) -> bool:
    """Whether it is a primitive."""
    return any(ast.unparse(decorator) == "primitive" for decorator in node.decorator_list)


def doc(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    """Its docstring, with Markdown's code."""
    return ast.get_docstring(node) or ""


def markdown(text: str) -> str:
    """Docstrings write ``code``, Markdown `code`."""
    return text.replace("``", "`")


def primitive(node: ast.FunctionDef, alias: ast.FunctionDef | None) -> str:
    """The section of a primitive and of the one for a single component."""
    described: dict[str, str] = {}
    prose: list[str] = []
    for line in doc(node).splitlines():
        name, separator, text = line.partition(": ")
        if separator and (name in parameters(node) or name in ("Raises", "Example")):
            described[name] = text
        else:
            prose.append(line)
    if missing := [name for name in (*parameters(node), "Raises", "Example") if name not in described]:
        raise SystemExit(f"{node.name}: its docstring has no line for {', '.join(missing)}")
    lines = [f"#### {node.name}", "", "```text", signature(node)]
    if alias:
        lines.append(signature(alias))
    lines += ["```", "", markdown("\n".join(prose)).strip(), "", "| argument | meaning |", "|---|---|"]
    lines += [f"| `{name}` | {markdown(described[name])} |" for name in parameters(node)]
    lines += ["", f"Raises {', '.join(f'`{name}`' for name in described['Raises'].split(', '))}.", ""]
    lines += ["```python", described["Example"], "```", ""]
    return "\n".join(lines)


def parameters(node: ast.FunctionDef) -> list[str]:
    """Their names, in order."""
    return [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]


def signature(node: ast.FunctionDef) -> str:
    """How it is called, and what it returns; on one line when that is not too long."""
    returned = ast.unparse(node.returns).removeprefix("Request[").removesuffix("]") if node.returns else "None"
    optional = [None] * (len(node.args.args) - len(node.args.defaults)) + node.args.defaults
    arguments = [argument(*pair) for pair in zip(node.args.args, optional, strict=True)]
    if node.args.kwonlyargs:
        arguments += ["*", *(argument(*pair) for pair in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))]
    line = f"{node.name}({', '.join(arguments)}) -> {returned}"
    if len(line) <= 120:
        return line
    return "\n".join([f"{node.name}(", *(f"    {one}," for one in arguments), f") -> {returned}"])


def argument(node: ast.arg, default: ast.expr | None) -> str:
    """An argument with its default, if it has one."""
    return ast.unparse(node) + (f" = {ast.unparse(default)}" if default else "")


def table(path: Path, names: list[str]) -> Iterator[str]:
    """What actions can import from a module: its classes with their fields, and its functions."""
    source = path.read_text(encoding="utf-8").splitlines()
    for node in parse(path).body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            yield f"### {node.name}\n\n```text\n{signature(node)}\n```\n\n{markdown(doc(node))}\n"
        if isinstance(node, ast.ClassDef) and node.name in names:
            bases = [f"`{ast.unparse(base)}`" for base in node.bases if ast.unparse(base) in names]
            text = markdown(doc(node)) + (f"\n\nIt is a {', '.join(bases)}." if bases else "")
            if listed := [f"- `{name}`{meaning(source, line)}" for name, line in fields(node)]:
                text += "\n\n" + "\n".join(listed)
            yield f"### {node.name}\n\n{text}\n"


def meaning(source: list[str], line: int) -> str:
    """The comment above a field, which may have several lines."""
    words: list[str] = []
    for above in reversed(source[: line - 1]):
        if not above.strip().startswith("#:"):
            break
        words.insert(0, above.strip().removeprefix("#:").strip())
    return f": {markdown(' '.join(words))}" if words else ""


def fields(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """The fields that a class declares or that its constructor sets, each with its type and line."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            yield f"{ast.unparse(statement.target)}: {ast.unparse(statement.annotation)}", statement.lineno
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            types = {one.arg: one.annotation for one in (*statement.args.args, *statement.args.kwonlyargs) if one.annotation}
            for inner in statement.body:
                if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Attribute):
                    name = inner.targets[0].attr
                    yield f"{name}: {ast.unparse(types[name])}", inner.lineno


if __name__ == "__main__":
    sys.stdout.write(main(Path(sys.argv[1])))
