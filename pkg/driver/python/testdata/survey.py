"""What CPython says about Python sources: whether it takes them, and what is in them.

Reads one JSON string per line, a path, or "=" and a source, and answers each with a
JSON line. `facts` are all that pkg/driver/python tells apart, one string each; only
their digest is printed unless the first argument is --facts.
"""
import ast
import hashlib
import json
import sys
import warnings

MAX_ITEMS, MAX_PATH = 1000, 200
SOMETIMES, TYPE_CHECKING, AS_PROGRAM = 1, 2, 3


def path(node):
    """NAME, attributes and calls as one string; empty for anything else."""
    parts = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            text = "".join(reversed(parts))
            return text if len(text.encode()) <= MAX_PATH else ""
        else:
            return ""


# Characters given by their name in a string are not looked up by ours.
named_characters = False


def string(value):
    return "str" if named_characters else "str:" + value


def expression(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return string(node.value)
    if isinstance(node, ast.JoinedStr):
        if not any(isinstance(v, ast.FormattedValue) for v in node.values):
            return string("".join(v.value for v in node.values))
        return "fstr"
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return "[" + ",".join(expression(e) for e in node.elts[:MAX_ITEMS]) + "]"
    if isinstance(node, ast.Starred):
        return "*" + expression(node.value)
    return path(node) or "?"


class Survey:
    def __init__(self, source):
        self.lines = source.split("\n") if not source.isascii() else None
        self.facts = []
        self.generators = set()
        self.functions = 0

    def at(self, line, offset):
        """The position, its column counted in characters."""
        if self.lines is not None:
            offset = len(self.lines[line - 1].encode()[:offset].decode())
        return f"{line}:{offset + 1}"

    def end(self, node):
        return self.at(node.end_lineno, node.end_col_offset)

    def say(self, scope, *words):
        self.facts.append(" ".join((scope, *words)))

    def walk(self, root):
        stack = [(root, "", 0)]
        while stack:
            node, scope, when = stack.pop()
            kind = type(node)
            visit = VISITS.get(kind)
            if visit is not None:
                children = visit(self, node, scope, when)
                if children is not None:
                    stack.extend(children)
                    continue
            for field in kind._fields:
                value = getattr(node, field, None)
                if type(value) is list:
                    stack += [(child, scope, when) for child in value if type(child) in INNER]
                elif type(value) in INNER:
                    stack.append((value, scope, when))

    def bound(self, scope, when, name, more=""):
        self.say(scope, "bind", name, str(when), more)

    # Definitions

    def visit_FunctionDef(self, node, scope, when):
        self.functions += 1
        inner = scope + "/" + node.name
        positional = node.args.posonlyargs + node.args.args
        first = len(positional) - len(node.args.defaults)
        parameters = [
            ("positional-only" if i < len(node.args.posonlyargs) else "positional", p, i >= first)
            for i, p in enumerate(positional)
        ]
        if node.args.vararg:
            parameters.append(("*args", node.args.vararg, False))
        for p, default in zip(node.args.kwonlyargs, node.args.kw_defaults):
            parameters.append(("keyword-only", p, default is not None))
        if node.args.kwarg:
            parameters.append(("**kwargs", node.args.kwarg, False))
        said = [
            f"{self.at(p.lineno, p.col_offset)} {kind} {p.arg} {p.annotation is not None} {default}"
            for kind, p, default in parameters
        ]
        decorators = [expression(d) for d in node.decorator_list]
        kind = type(node).__name__
        self.say(scope, kind, str(node.lineno), node.name, str(when), *decorators, *said)
        for _, p, _ in parameters:
            self.bound(inner, 0, p.arg, "parameter")
        outside = [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        outside += [p.annotation for _, p, _ in parameters if p.annotation]
        outside += [*getattr(node, "type_params", ()), *([node.returns] if node.returns else [])]
        return [(n, scope, when) for n in outside] + [(n, inner, 0) for n in node.body]

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node, scope, when):
        inner = scope + "/lambda"
        a = node.args
        for p in [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg]:
            if p:
                self.bound(inner, when, p.arg, "parameter")
        return [(n, scope, when) for n in [*a.defaults, *(d for d in a.kw_defaults if d)]] + [(node.body, inner, when)]

    def visit_ClassDef(self, node, scope, when):
        self.say(scope, "class", str(node.lineno), node.name, str(when))
        outside = [*node.decorator_list, *node.bases, *node.keywords, *getattr(node, "type_params", ())]
        return [(n, scope, when) for n in outside] + [(n, scope + "/" + node.name, 0) for n in node.body]

    def visit_ListComp(self, node, scope, when):
        return [(n, scope + "/for", when) for n in ast.iter_child_nodes(node)]

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    # Bindings

    def visit_Import(self, node, scope, when):
        for a in node.names:
            top = a.name.partition(".")[0]
            # `import a.b` binds a; elsewhere the bound name comes last.
            where = self.at(a.lineno, a.col_offset) if a.name != top and not a.asname else self.end(a)
            self.bound(scope, when, a.asname or top, f"import {a.name if a.asname else top} {where}")

    def visit_ImportFrom(self, node, scope, when):
        module = "." * node.level + (node.module or "")
        for a in node.names:
            self.bound(scope, when, a.asname or a.name, f"from {module} import {a.name} {self.end(a)}")

    def visit_Assign(self, node, scope, when):
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.single(target, node.value, scope, when)

    def visit_AnnAssign(self, node, scope, when):
        if isinstance(node.target, ast.Name):
            if node.value is None:
                # No more than a type: the name is not bound.
                return [(node.annotation, scope, when)]
            self.single(node.target, node.value, scope, when)

    def visit_AugAssign(self, node, scope, when):
        pass

    def single(self, target, value, scope, when):
        said = expression(value)
        if said != "?":
            self.say(scope, "value", self.at(target.lineno, target.col_offset), target.id, said)

    def visit_Name(self, node, scope, when):
        if isinstance(node.ctx, ast.Load):
            return
        if isinstance(node.ctx, ast.Del):
            self.say(scope, "unbind", self.at(node.lineno, node.col_offset), node.id)
        else:
            self.bound(scope, when, node.id)

    def visit_NamedExpr(self, node, scope, when):
        around = scope
        while around.endswith("/for"):
            around = around[: -len("/for")]
        self.bound(around, when, node.target.id)
        return [(node.value, scope, when)]

    def visit_Global(self, node, scope, when):
        for n in node.names:
            self.bound(scope, when, n)

    visit_Nonlocal = visit_Global

    # Blocks

    def visit_If(self, node, scope, when):
        below = max(when, runs(node.test))
        children = [(node.test, scope, when)] + [(n, scope, below) for n in node.body]
        return children + [(n, scope, max(when, SOMETIMES)) for n in node.orelse]

    def sometimes(self, node, scope, when, *always):
        below = max(when, SOMETIMES)
        return [(n, scope, when if n in always else below) for n in ast.iter_child_nodes(node)]

    def visit_While(self, node, scope, when):
        return self.sometimes(node, scope, when, node.test)

    def visit_For(self, node, scope, when):
        return self.sometimes(node, scope, when, node.target, node.iter)

    visit_AsyncFor = visit_For

    def visit_Try(self, node, scope, when):
        return self.sometimes(node, scope, when, *node.finalbody)

    visit_TryStar = visit_Try

    def visit_ExceptHandler(self, node, scope, when):
        if node.name:
            self.bound(scope, when, node.name)

    def visit_match_case(self, node, scope, when):
        return self.sometimes(node, scope, when, node.pattern, node.guard)

    def visit_MatchAs(self, node, scope, when):
        if node.name:
            self.bound(scope, when, node.name)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node, scope, when):
        if node.rest:
            self.bound(scope, when, node.rest)

    # Calls and yields

    def visit_Yield(self, node, scope, when):
        while scope.endswith("/for"):
            scope = scope[: -len("/for")]
        if not scope.endswith("/lambda"):
            self.generators.add(scope + " generates")

    visit_YieldFrom = visit_Yield

    def visit_Call(self, node, scope, when):
        self.call(node, scope, "")

    def visit_Await(self, node, scope, when):
        if isinstance(node.value, ast.Call):
            self.call(node.value, scope, "awaited")
            return [(n, scope, when) for n in ast.iter_child_nodes(node.value)]

    def visit_Expr(self, node, scope, when):
        if isinstance(node.value, ast.Call):
            self.call(node.value, scope, "dropped")
            return [(n, scope, when) for n in ast.iter_child_nodes(node.value)]

    def call(self, node, scope, how):
        if not path(node):
            return
        f = node.func
        where = f"{self.at(f.lineno, f.col_offset)}-{self.end(f)}"
        given = [(a.lineno, a.col_offset, "*" if isinstance(a, ast.Starred) else "", a) for a in node.args]
        given += [(k.value.lineno, k.value.col_offset, "**" if k.arg is None else k.arg, k.value) for k in node.keywords]
        given.sort(key=lambda g: g[:2])
        said = []
        for line, offset, name, value in given[:MAX_ITEMS]:
            if isinstance(value, ast.Starred):
                value = value.value
            said.append(f"{name}={expression(value)}")
        self.say(scope, "call", where, path(f), how, *said)


# The nodes by their types: what is done with them, and which have others below them.
VISITS = {getattr(ast, n[6:]): f for n, f in vars(Survey).items() if n.startswith("visit_") and hasattr(ast, n[6:])}
LEAVES = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Constant)
INNER = {t for t in vars(ast).values() if isinstance(t, type) and issubclass(t, ast.AST) and not issubclass(t, LEAVES)}


def runs(test):
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__":
        if isinstance(test.ops[0], ast.Eq):
            return AS_PROGRAM
    text = path(test)
    return TYPE_CHECKING if text == "TYPE_CHECKING" or text.endswith(".TYPE_CHECKING") else SOMETIMES


def answer(question, full):
    if question.startswith("="):
        source = question[1:]
    else:
        with open(question, "rb") as f:
            data = f.read()
        try:
            source = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            return {"verdict": "no UTF-8"}
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        return {"verdict": "refused", "message": str(e)}
    try:
        if question.startswith("="):
            compile(source, "source", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        return {"verdict": "refused late", "message": str(e)}
    global named_characters
    named_characters = "\\N{" in source
    survey = Survey(source)
    survey.walk(tree)
    facts = "\n".join(sorted(f.encode("ascii", "replace").decode() for f in [*survey.facts, *survey.generators]))
    out = {"verdict": "accepted", "functions": survey.functions, "digest": hashlib.md5(facts.encode()).hexdigest()}
    if full:
        out["facts"] = facts
    return out


warnings.simplefilter("ignore")
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line), sys.argv[1:] == ["--facts"])), flush=True)
