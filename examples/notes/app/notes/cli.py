"""The command line: one subcommand per thing the image can do."""

import argparse
import logging
import signal
import sys
import threading
import time

import psycopg2

from . import config, database, manifest, schema, server, store, worker


class CommandError(Exception):
    """The command could not do its work."""


def main(arguments: list[str]) -> int:
    """Runs one subcommand; returns the exit code: 0 done, 1 failed, 2 wrong usage."""
    options = parser().parse_args(arguments)
    try:
        settings = config.load()
        start_logging(settings.log_level)
        options.run(settings, options)
    except (config.ConfigError, schema.SchemaError, manifest.ManifestError, CommandError) as error:
        print(f"notes: {error}", file=sys.stderr)
        return 1
    except psycopg2.errors.LockNotAvailable:
        print(f"notes: the notes table is still in use after {schema.LOCK_TIMEOUT}: stop the worker first", file=sys.stderr)
        return 1
    except psycopg2.Error as error:
        print(f"notes: {str(error).strip()}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """The subcommands and their options."""
    top = argparse.ArgumentParser(prog="notes", description="A small notes service on PostgreSQL.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, text):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    command("serve", run_serve, "serve HTTP")
    command("worker", run_worker, "count words in the background")
    command("migrate", run_migrate, "bring the database's schema to this version")
    waiting = command("wait-counted", run_wait_counted, "wait until the worker has counted every note")
    waiting.add_argument("--timeout", type=float, default=60, metavar="SECONDS")
    manifests = command("manifest", run_manifest, "record which notes there are, or verify a record")
    manifests.add_argument("verb", choices=["record", "verify"])
    manifests.add_argument("name")
    maintenance = command("maintenance", run_maintenance, "close the notes for a while, or open them")
    maintenance.add_argument("state", choices=["on", "off"])
    maintenance.add_argument("--reason", default="no reason given")
    return top


def start_logging(level: str) -> None:
    """Logs go to standard output, where the container's log is."""
    logging.basicConfig(stream=sys.stdout, level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def run_serve(settings, _options):
    """Serves until SIGTERM or SIGINT."""
    server.serve(settings, until_signal())


def run_worker(settings, _options):
    """Works until SIGTERM or SIGINT."""
    worker.work(settings, until_signal())


def run_migrate(settings, _options):
    """Migrates, in one transaction; does nothing when the schema is already there."""
    with database.transaction() as cursor:
        applied = schema.migrate(cursor, settings.schema, settings.version)
    done = f"applied {', '.join(map(str, applied))}" if applied else "nothing to do"
    print(f"schema {settings.schema}: {done}")


def run_manifest(settings, options):
    """Records or verifies a manifest."""
    run = {"record": manifest.record, "verify": manifest.verify}[options.verb]
    with database.transaction() as cursor:
        schema.require(cursor, settings.schema)
        count = run(cursor, options.name, settings.schema)
    print(f"manifest {options.name}: {count} notes {'recorded' if options.verb == 'record' else 'all there, unchanged'}")


def run_maintenance(settings, options):
    """Closes or opens the notes."""
    with database.transaction() as cursor:
        schema.require(cursor, settings.schema)
        store.set_maintenance(cursor, options.reason if options.state == "on" else None)
    print(f"maintenance is {options.state}")


def run_wait_counted(settings, options):
    """Polls until no note is uncounted."""
    deadline = time.monotonic() + options.timeout
    while True:
        with database.transaction() as cursor:
            schema.require(cursor, settings.schema)
            left = store.uncounted(cursor)
        if left == 0:
            print("every note is counted")
            return
        if time.monotonic() > deadline:
            raise CommandError(f"{left} notes still uncounted after {options.timeout:g} s: is the worker running?")
        time.sleep(settings.poll_seconds)


def until_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped
