"""The worker: counts the words of new notes, in the background.

It speaks exactly one schema. It waits while the schema is older than its own; when the
schema changes under it, its statement fails and it ends, and so it is to be stopped
before a migration.
"""

import logging
import threading

import psycopg2

from . import database, schema, store
from .config import Config

BATCH = 50

log = logging.getLogger("notes.worker")


def work(config: Config, stopped: threading.Event) -> None:
    """Works until stopped. Raises a psycopg2.Error when a statement fails."""
    log.info("worker %s, schema %d", config.version, config.schema)
    if not wait_for_schema(config, stopped):
        return
    while not stopped.is_set():
        with database.transaction() as cursor:
            done = store.count_words(cursor, config.schema, BATCH)
        if done:
            log.info("counted the words of %d note%s", done, "" if done == 1 else "s")
        else:
            stopped.wait(config.poll_seconds)
    log.info("stopped")


def wait_for_schema(config: Config, stopped: threading.Event) -> bool:
    """Waits for the database and its schema; False when stopped before."""
    said = None
    while not stopped.is_set():
        try:
            with database.transaction() as cursor:
                schema.require(cursor, config.schema)
        except psycopg2.OperationalError as error:
            reason = str(error).strip()
        except schema.SchemaError as error:
            reason = str(error)
        else:
            return True
        if reason != said:
            log.info("waiting: %s", reason)
            said = reason
        stopped.wait(config.poll_seconds)
    return False
