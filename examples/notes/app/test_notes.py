"""Tests the notes service as it runs: real processes on a real PostgreSQL."""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import unittest
from unittest import mock

import psycopg2
from notes import database, schema
from postgres_for_tests import Postgres

COMMAND = pathlib.Path(__file__).parent / "bin" / "notes"

# Every shape that splitting a text at its first line break has to survive.
TEXTS = ["one line", "title\nand content", "ends with a break\n", "\nstarts with one", "three\n\nlines", "Umlaute äöü\n漢字"]


def setUpModule():
    """Starts PostgreSQL once."""
    global postgres
    postgres = Postgres()
    unittest.addModuleCleanup(postgres.stop)


class NotesTest(unittest.TestCase):
    """Each test has a database of its own."""

    def setUp(self):
        name = f"{type(self).__name__}_{self._testMethodName}"
        postgres.create(name)
        environment = postgres.environment(name) | {"NOTES_POLL_SECONDS": "0.05"}
        patch = mock.patch.dict(os.environ, environment)
        patch.start()
        self.addCleanup(patch.stop)

    def run_notes(self, version, *arguments, code=0):
        """Runs a subcommand, checks its exit code, returns what it printed."""
        done = subprocess.run(
            [COMMAND, *arguments], env=os.environ | {"NOTES_VERSION": version}, capture_output=True, text=True, timeout=30
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def start(self, version, *arguments, **environment):
        """Starts a long-running subcommand; it is killed when the test ends."""
        process = subprocess.Popen(
            [COMMAND, *arguments],
            env=os.environ | {"NOTES_VERSION": version} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def serve(self, version):
        """Starts a server; returns it and a client that sends it requests."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = self.start(version, "serve", NOTES_PORT=str(port))
        client = Client(port)
        self.eventually(lambda: client.get("/healthz")[0] == 200)
        return process, client

    def eventually(self, condition, seconds=10):
        """Waits for a condition to become true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if condition():
                    return
            time.sleep(0.02)
        self.fail(f"still not true after {seconds} s")

    def add_texts(self, client):
        """Writes the texts through the API of version 1."""
        for text in TEXTS:
            status, _ = client.post("/notes", {"body": text})
            self.assertEqual(status, 201)


class Client:
    """A client of a local server."""

    def __init__(self, port):
        self.port = port

    def get(self, path):
        """GET: the status and the document."""
        return self._send("GET", path, None)

    def post(self, path, document):
        """POST a document, or bytes, or an iterator of chunks: the status and the document."""
        return self._send("POST", path, json.dumps(document).encode() if isinstance(document, (dict, list)) else document)

    def _send(self, method, path, body):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


class ServerTest(NotesTest):
    """What the HTTP API does."""

    def test_ready_without_schema(self):
        _, client = self.serve("1.0.0")
        self.assertEqual(client.get("/readyz"), (200, {"status": "ok", "schema": 0, "wanted_schema": 1}))
        status, answer = client.get("/notes")
        self.assertEqual(status, 503)
        self.assertEqual(answer["error"], "there is no schema yet, this version needs 1: run 'notes migrate'")

    def test_write_and_read(self):
        self.run_notes("1.0.0", "migrate")
        _, client = self.serve("1.0.0")
        self.add_texts(client)
        status, answer = client.get("/notes")
        self.assertEqual((status, answer["total"]), (200, len(TEXTS)))
        self.assertEqual([note["body"] for note in answer["notes"]], TEXTS)
        _, answer = client.get("/notes?after=2&limit=2")
        self.assertEqual([note["id"] for note in answer["notes"]], [3, 4])

    def test_refusals(self):
        self.run_notes("2.0.0", "migrate")
        _, client = self.serve("2.0.0")
        cases = [
            (b"no json", 400, "no JSON"),
            (b'"\xff"', 400, "no JSON"),
            (b"[" * 60000, 400, "no JSON"),
            ([], 400, "expected a JSON object, found list"),
            ({}, 400, "title must be a non-empty string"),
            ({"title": " "}, 400, "title must be a non-empty string"),
            ({"title": "a\nb"}, 400, "one line"),
            ({"title": "a", "content": 1}, 400, "content must be a string"),
            ({"title": "a\0"}, 400, "NUL"),
            ({"title": "\ud800"}, 400, "surrogate"),
            ({"body": "a"}, 400, "unknown field 'body', expected title and content"),
            ({"title": "a" * 70000}, 413, "at most 65536 bytes"),
        ]
        for document, status, message in cases:
            with self.subTest(message):
                found, answer = client.post("/notes", document)
                self.assertEqual(found, status)
                self.assertIn(message, answer["error"])
        self.assertEqual(client.get("/elsewhere")[0], 404)
        self.assertEqual(client.post("/version", {})[0], 404)
        self.assertEqual(client.get("/notes?limit=-1")[0], 400)
        self.assertEqual(client.get("/notes")[1]["total"], 0)

    def test_chunks(self):
        self.run_notes("1.0.0", "migrate")
        _, client = self.serve("1.0.0")
        self.assertEqual(client.post("/notes", iter([b'{"body":', b' "in parts"}']))[0], 201)
        self.assertEqual(client.get("/notes")[1]["notes"][0]["body"], "in parts")
        self.assertEqual(client.post("/notes", iter([b" " * 40000] * 2))[0], 413)
        self.assertEqual(client.post("/notes", iter([b""]))[0], 400)

    def test_maintenance(self):
        self.run_notes("1.0.0", "migrate")
        _, client = self.serve("1.0.0")
        self.run_notes("1.0.0", "maintenance", "on", "--reason", "moving house")
        status, answer = client.get("/notes")
        self.assertEqual(status, 503)
        self.assertIn("moving house", answer["error"])
        self.assertEqual(client.get("/readyz")[0], 200)
        self.run_notes("1.0.0", "maintenance", "off")
        self.assertEqual(client.get("/notes")[0], 200)

    def test_sigterm_ends_requests_first(self):
        self.run_notes("1.0.0", "migrate")
        process, client = self.serve("1.0.0")
        answers = []
        with database.transaction() as cursor:
            cursor.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
            thread = threading.Thread(target=lambda: answers.append(client.post("/notes", {"body": "slow"})))
            thread.start()
            self.eventually(self.somebody_waits)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        thread.join()
        self.assertEqual(answers[0][0], 201)
        self.assertEqual(process.wait(10), 0)

    def test_database_down(self):
        with mock.patch.dict(os.environ, {"PGHOST": "/nowhere"}):
            _, client = self.serve("1.0.0")
        self.assertEqual(client.get("/readyz")[0], 503)
        self.assertEqual(client.get("/notes")[0], 503)

    def somebody_waits(self):
        """Whether a statement waits for a lock."""
        with database.transaction() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return cursor.fetchone()[0] > 0


class MigrationTest(NotesTest):
    """From schema 1 to schema 2 with nothing lost."""

    def test_upgrade(self):
        self.run_notes("1.0.0", "migrate")
        _, old = self.serve("1.0.0")
        self.add_texts(old)
        self.run_notes("1.0.0", "manifest", "record", "before")
        _, new = self.serve("2.0.0")
        self.assertEqual(new.get("/readyz"), (200, {"status": "ok", "schema": 1, "wanted_schema": 2}))
        status, answer = new.get("/notes")
        self.assertEqual(
            (status, answer["error"]), (503, "the schema is still version 1, this version needs 2: run 'notes migrate'")
        )

        self.assertIn("applied 2", self.run_notes("2.0.0", "migrate"))
        self.assertIn("nothing to do", self.run_notes("2.0.0", "migrate"))

        self.assertIn(f"{len(TEXTS)} notes all there", self.run_notes("2.0.0", "manifest", "verify", "before"))
        status, answer = new.get("/notes")
        self.assertEqual((status, answer["schema"]), (200, 2))
        found = [(note["title"], note["content"]) for note in answer["notes"]]
        self.assertEqual(
            found[:4], [("one line", None), ("title", "and content"), ("ends with a break", ""), ("", "starts with one")]
        )
        status, answer = old.get("/notes")
        self.assertEqual(status, 503)
        self.assertIn("newer version", answer["error"])

    def test_no_way_back(self):
        self.run_notes("2.0.0", "migrate")
        self.assertIn("the schema is version 2, this version knows 1", self.run_notes("1.0.0", "migrate", code=1))

    def test_a_running_worker_is_broken_by_it(self):
        self.run_notes("1.0.0", "migrate")
        worker = self.start("1.0.0", "worker")
        self.eventually(lambda: "schema 1" in worker.stdout.readline())
        self.run_notes("2.0.0", "migrate")
        self.assertEqual(worker.wait(10), 1)
        self.assertIn('column "body" does not exist', worker.stdout.read())

    def test_a_lock_held_by_the_worker_is_reported(self):
        self.run_notes("1.0.0", "migrate")
        with database.transaction() as worker, mock.patch.object(schema, "LOCK_TIMEOUT", "100ms"):
            worker.execute("SELECT id FROM notes FOR UPDATE SKIP LOCKED")
            with self.assertRaises(psycopg2.errors.LockNotAvailable), database.transaction() as cursor:
                schema.migrate(cursor, 2, "2.0.0")
        self.assertIn("applied 2", self.run_notes("2.0.0", "migrate"))

    def test_a_failure_changes_nothing(self):
        self.run_notes("1.0.0", "migrate")
        broken = {2: schema.MIGRATIONS[2] + "SELECT no_such_function();"}
        with mock.patch.dict(schema.MIGRATIONS, broken), self.assertRaises(psycopg2.Error), database.transaction() as cursor:
            schema.migrate(cursor, 2, "2.0.0")
        with database.transaction() as cursor:
            self.assertEqual(schema.current(cursor), 1)
        _, client = self.serve("1.0.0")
        self.assertEqual(client.post("/notes", {"body": "still here"})[0], 201)

    def test_two_at_once(self):
        both = [self.start("2.0.0", "migrate") for _ in range(2)]
        self.assertEqual([process.wait(20) for process in both], [0, 0])
        said = sorted(process.stdout.read() for process in both)
        self.assertEqual(said, ["schema 2: applied 1, 2\n", "schema 2: nothing to do\n"])


class ManifestTest(NotesTest):
    """A manifest notices what went missing."""

    def setUp(self):
        super().setUp()
        self.run_notes("2.0.0", "migrate")
        _, client = self.serve("2.0.0")
        for number in range(3):
            client.post("/notes", {"title": f"note {number}", "content": "text"})
        self.run_notes("2.0.0", "manifest", "record", "before")

    def test_new_notes_do_not_matter(self):
        self.change("INSERT INTO notes (title) VALUES ('later')")
        self.assertIn("3 notes all there", self.run_notes("2.0.0", "manifest", "verify", "before"))

    def test_missing_and_changed(self):
        self.change("DELETE FROM notes WHERE id = 1; UPDATE notes SET content = 'else' WHERE id = 3")
        self.assertIn(
            "of 3 notes in manifest 'before': 1 missing (ids 1), 1 changed (ids 3)",
            self.run_notes("2.0.0", "manifest", "verify", "before", code=1),
        )
        self.run_notes("2.0.0", "manifest", "record", "before")
        self.assertIn("2 notes all there", self.run_notes("2.0.0", "manifest", "verify", "before"))

    def test_unknown(self):
        self.assertIn("there is no manifest 'after'", self.run_notes("2.0.0", "manifest", "verify", "after", code=1))

    def change(self, sql):
        """Runs a statement behind the service's back."""
        with database.transaction() as cursor:
            cursor.execute(sql)


class WorkerTest(NotesTest):
    """The worker counts words."""

    def test_counts_and_stops(self):
        worker = self.start("1.0.0", "worker")
        self.run_notes("1.0.0", "migrate")
        _, client = self.serve("1.0.0")
        client.post("/notes", {"body": "one two\nthree"})
        self.assertIn("every note is counted", self.run_notes("1.0.0", "wait-counted", "--timeout", "10"))
        self.assertEqual(client.get("/notes")[1]["notes"][0]["words"], 3)
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(10), 0)

    def test_waiting_has_an_end(self):
        self.run_notes("1.0.0", "migrate")
        _, client = self.serve("1.0.0")
        client.post("/notes", {"body": "one"})
        self.assertIn("1 notes still uncounted", self.run_notes("1.0.0", "wait-counted", "--timeout", "0.1", code=1))


class ConfigTest(NotesTest):
    """Unusable environments are refused."""

    def test_refusals(self):
        self.assertIn("NOTES_VERSION is '7.0', expected one of 1.x, 2.x", self.run_notes("7.0", "migrate", code=1))
        for variable, value, message in [
            ("NOTES_PORT", "http", "expected a number"),
            ("NOTES_LOG_LEVEL", "loud", "expected one of debug"),
        ]:
            with mock.patch.dict(os.environ, {variable: value}):
                self.assertIn(message, self.run_notes("1.0.0", "serve", code=1))


if __name__ == "__main__":
    unittest.main()
