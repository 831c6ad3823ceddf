"""What the environment says. PostgreSQL's address comes from libpq's own PG* variables."""

import os
from dataclasses import dataclass

# SCHEMA_OF_MAJOR maps the application's major version to the schema it works with.
SCHEMA_OF_MAJOR = {1: 1, 2: 2}


LOG_LEVELS = ["debug", "info", "warning", "error"]


class ConfigError(Exception):
    """The environment holds a value that the application cannot work with."""


@dataclass(frozen=True)
class Config:
    """The settings of one process."""

    version: str
    port: int = 8080
    greeting: str = "Hello"
    owner: str = ""
    log_level: str = "info"
    poll_seconds: float = 1.0

    @property
    def schema(self) -> int:
        """The schema that this version of the application works with."""
        return SCHEMA_OF_MAJOR[int(self.version.split(".")[0])]


def load(environ=os.environ) -> Config:
    """Reads the configuration; an unusable value is a ConfigError that names the variable."""
    version = environ.get("NOTES_VERSION", "")
    major = version.split(".")[0]
    if not major.isdigit() or int(major) not in SCHEMA_OF_MAJOR:
        known = ", ".join(f"{major}.x" for major in SCHEMA_OF_MAJOR)
        raise ConfigError(f"NOTES_VERSION is {version!r}, expected one of {known}: the image sets it")
    level = environ.get("NOTES_LOG_LEVEL", "info")
    if level not in LOG_LEVELS:
        raise ConfigError(f"NOTES_LOG_LEVEL is {level!r}, expected one of {', '.join(LOG_LEVELS)}")
    return Config(
        version=version,
        port=_number(environ, "NOTES_PORT", "8080", int),
        greeting=environ.get("NOTES_GREETING", "Hello"),
        owner=environ.get("NOTES_OWNER", ""),
        log_level=level,
        poll_seconds=_number(environ, "NOTES_POLL_SECONDS", "1", float),
    )


def _number(environ, name, default, kind):
    value = environ.get(name, default)
    try:
        return kind(value)
    except ValueError:
        raise ConfigError(f"{name} is {value!r}, expected a number") from None
