"""Print what CPython's ast finds in every file named on standard input, as JSON lines."""
import ast
import json
import sys


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return base and f"{base}.{node.attr}"
    return ""


def decorator(node):
    called = isinstance(node, ast.Call)
    name = dotted(node.func if called else node)
    return [name, called and name != ""]


def parameters(a):
    out = []
    positional = a.posonlyargs + a.args
    first_default = len(positional) - len(a.defaults)
    for i, p in enumerate(positional):
        kind = "positional-only" if i < len(a.posonlyargs) else "positional"
        out.append([p.arg, kind, p.annotation is not None, i >= first_default])
    if a.vararg:
        out.append([a.vararg.arg, "*args", a.vararg.annotation is not None, False])
    for p, default in zip(a.kwonlyargs, a.kw_defaults):
        out.append([p.arg, "keyword-only", p.annotation is not None, default is not None])
    if a.kwarg:
        out.append([a.kwarg.arg, "**kwargs", a.kwarg.annotation is not None, False])
    return out


def function(node):
    return {
        "name": node.name,
        "line": node.lineno,
        "async": isinstance(node, ast.AsyncFunctionDef),
        "decorators": [decorator(d) for d in node.decorator_list],
        "parameters": parameters(node.args),
    }


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def walk(node, everywhere):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield function(child)
        if everywhere or not isinstance(child, SCOPES):
            yield from walk(child, everywhere)


for path in sys.stdin.read().splitlines():
    try:
        with open(path, encoding="utf-8", newline="") as f:
            source = f.read()
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        print(json.dumps({"path": path, "bad": True}))
        continue
    print(json.dumps({"path": path, "module": list(walk(tree, False)), "all": list(walk(tree, True))}))
