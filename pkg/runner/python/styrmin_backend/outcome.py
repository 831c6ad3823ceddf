"""Tells the runner how the action ended, through a file.

The exit code alone cannot: a process may end with any code, 0 included, from
deep inside a flow that never finished.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

SUCCEEDED, FAILED, UNLOADABLE = "succeeded", "failed", "unloadable"

EXIT_CODES = {SUCCEEDED: 0, FAILED: 1, UNLOADABLE: 42}


@dataclass
class Outcome:
    """How the action stands. An empty outcome has not ended."""

    outcome: str = ""
    error: str = ""
    flow_run_id: str = ""
    flow_run_url: str = ""

    def write(self) -> None:
        """Record this state, replacing the last one as a whole."""
        path = os.environ.get("STYRMIN_OUTCOME_FILE")
        if not path:
            return
        found = {
            "outcome": self.outcome,
            "error": self.error,
            "flowRunID": self.flow_run_id,
            "flowRunURL": self.flow_run_url,
        }
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(found, file)
        os.replace(path + ".new", path)

    def end(self, outcome: str, error: str = "") -> int:
        """Record the end; returns the exit code."""
        self.outcome, self.error = outcome, error
        self.write()
        return EXIT_CODES[outcome]
