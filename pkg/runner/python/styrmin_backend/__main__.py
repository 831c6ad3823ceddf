"""Runs one action: ``python -m styrmin_backend FILE.py::FUNCTION``.

This file alone must parse and run on any Python 3 there is, so that an image
that cannot run actions says so instead of failing on newer syntax.
"""

import os
import re
import sys

UNLOADABLE = 42


def unusable() -> "str | None":
    """Why this Python cannot run actions; None when it can."""
    found = "Python %d.%d (%s)" % (sys.version_info[0], sys.version_info[1], sys.executable)
    if sys.version_info < (3, 10):
        return "found %s, but actions need Python 3.10 or newer" % found
    try:
        import prefect
    except ImportError as err:
        return "%s cannot import Prefect 3 (%s)" % (found, err)
    version = getattr(prefect, "__version__", "unknown")
    if not supported(version):
        return "%s has Prefect %s, but actions need Prefect 3.0.11 or newer, below 4" % (found, version)
    return None


def supported(version: str) -> bool:
    """Whether the package works with this Prefect; pyproject.toml says what is amiss with those before."""
    numbers = [int(number) for number in re.findall(r"\d+", version)[:3]]
    return [3, 0, 11] <= numbers < [4]


def refuse(problem: str) -> int:
    """Report a Python that cannot run actions."""
    import json

    message = "this Python cannot run actions: " + problem
    message += "; in the cluster use an image with Python 3.10 or newer and Prefect 3, such as prefecthq/prefect:3-latest"
    message += ", on a machine of your own: pip install 'prefect>=3,<4', or STYRMIN_PYTHON=PATH for another Python"
    sys.stderr.write(message + "\n")
    path = os.environ.get("STYRMIN_OUTCOME_FILE")
    if path:
        with open(path, "w") as file:
            json.dump({"outcome": "unloadable", "error": message}, file)
    return UNLOADABLE


if __name__ == "__main__":
    problem = unusable()
    if problem:
        sys.exit(refuse(problem))
    from styrmin_backend.run import main

    sys.exit(main(sys.argv[1:]))
