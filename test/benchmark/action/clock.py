"""Tells when an action's process did what. clock.pth imports it when Python starts, before anything else of the action.

Nothing of the product knows of it: it watches imports, and takes the time where functions of the package and of Prefect
are entered and left.
"""

import functools
import json
import os
import sys
import threading
import time
from importlib.machinery import PathFinder

#: Where the runner tells the times of a primitive's call.
CALLS = f"/tmp/calls-{os.getpid()}"  # noqa: S108 - it lasts as long as the process

#: What happened when, and what imports had taken until then, by whose they were.
moments: dict[str, tuple[float, dict[str, float]]] = {}


def note(moment: str) -> None:
    """Note the first time that it happens."""
    moments.setdefault(moment, (time.time(), dict(imports.spent)))


def begun(process: str) -> float:
    """When a process began, to a hundredth of a second."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    return time.time() - (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))


class Imports:
    """Divides the time that imports take among those whose modules they are."""

    def __init__(self) -> None:
        self.spent = {"ours": 0.0, "Prefect's": 0.0}
        self._under_way: list[str] = []
        self._since = 0.0

    def find_spec(self, name, path, target=None):
        """Find a module as Python does, and have its execution timed."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader.exec_module = functools.partial(self._execute, name, spec.loader.exec_module)
        return spec

    def _execute(self, name, execute, module):
        if threading.current_thread() is not threading.main_thread():
            return execute(module)
        self._turn()
        self._under_way.append("ours" if name.startswith("styrmin_backend") else "Prefect's")
        try:
            return execute(module)
        finally:
            self._turn()
            self._under_way.pop()
            watch(name, module)

    def _turn(self) -> None:
        now = time.time()
        if self._under_way:
            self.spent[self._under_way[-1]] += now - self._since
        self._since = now


def watch(name, module) -> None:
    """Take the time where a module's functions are called."""
    if name == "styrmin_backend.run":
        before(module, "main", "main")
        before(module.Flow, "__call__", "flow called")
        before(module.Watched, "_begin", "function called")
    elif name == "styrmin_backend.dual":
        around(module.Task, "__call__", "task")
    elif name == "styrmin_backend.request":
        around(module.Request, "run", "request")
    elif name == "styrmin_backend.backend":
        around(module.Call, "run", "runner")


def before(owner, name, moment) -> None:
    """Note a moment when a function is called."""
    function = getattr(owner, name)

    @functools.wraps(function)
    def noting(*args, **kwargs):
        note(moment)
        return function(*args, **kwargs)

    setattr(owner, name, noting)


#: The spans of the primitive that is under way: begin and end.
spans: dict[str, tuple[float, float]] = {}


def around(owner, name, span) -> None:
    """Note when a function of a primitive's call begins and ends."""
    function = getattr(owner, name)

    @functools.wraps(function)
    def spanning(*args, **kwargs):
        began = time.time()
        try:
            return function(*args, **kwargs)
        finally:
            spans[span] = (began, time.time())

    setattr(owner, name, spanning)


def primitive(call):
    """Call a primitive; where its time went, in seconds, by whose it was."""
    began = time.time()
    call()
    ended = time.time()
    with open(CALLS, encoding="utf-8") as file:
        runner = json.loads(file.readlines()[-1])
    task, request, process = spans["task"], spans["request"], spans["runner"]
    api = runner["waited"]
    return {
        "all of it": ended - began,
        "Prefect: from the task's call to our function": request[0] - task[0],
        "ours: Python, before": task[0] - began + process[0] - request[0],
        "ours: the runner's process starts": runner["began"] - process[0],
        "ours: the runner, without the API server": runner["ended"] - runner["began"] - api,
        "the API server answers": api,
        "ours: Python, after": process[1] - runner["ended"] + request[1] - process[1] + ended - task[1],
        "Prefect: from our function's end to the task's": task[1] - request[1],
    }


def beginning():
    """Where the time went from the container's start to the flow's first line, in seconds, by whose it was."""
    container, runner, python = begun("1"), int(os.environ["CLOCK_RUNNER"]) / 1e9, begun("self")
    at = {moment: when for moment, (when, _) in moments.items()}
    before, in_main = (
        {whose: moments[end][1][whose] - moments[begin][1][whose] for whose in imports.spent}
        for begin, end in (("python", "main"), ("main", "flow called"))
    )
    return {
        "all of it": at["first line"] - container,
        "ours: the runner's process starts": runner - container,
        "ours: the runner, until it starts Python": python - runner,
        "Python starts": at["python"] - python,
        "Prefect, and what it needs, is imported": before["Prefect's"] + in_main["Prefect's"],
        "ours: the package is imported": at["main"] - at["python"] - before["Prefect's"],
        "ours: the flow is found and its arguments bound": at["flow called"] - at["main"] - in_main["Prefect's"],
        "Prefect: from the flow's call to its function": at["function called"] - at["flow called"],
        "ours: the flow run is noted": at["first line"] - at["function called"],
    }


imports = Imports()
sys.meta_path.insert(0, imports)
os.environ["CLOCK_CALLS"] = CALLS
note("python")
