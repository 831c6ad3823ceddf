"""The HTTP server.

The server is alive and ready whatever the schema: only /notes depends on it. A
deployment tool therefore sees the new version become ready, and can run the
migration in it; until then /notes answers 503 and says why.
"""

import contextlib
import json
import logging
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import psycopg2

from . import database, schema, store
from .config import Config

LARGEST_NOTE = 64 * 1024
LARGEST_PAGE = 1000

log = logging.getLogger("notes.server")


class RequestError(Exception):
    """The client's fault, with the status to answer."""

    def __init__(self, status: HTTPStatus, message: str):
        super().__init__(message)
        self.status = status


class Server(ThreadingHTTPServer):
    """An HTTP server that ends the requests under way before it closes."""

    daemon_threads = False

    def __init__(self, config: Config, host: str = ""):
        self.config = config
        super().__init__((host, config.port), Handler)


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    protocol_version = "HTTP/1.1"
    # An idle connection must not hold up the server's end.
    timeout = 5

    def do_GET(self):
        """Reads."""
        self._answer(
            {"/": self._home, "/healthz": self._healthz, "/readyz": self._readyz, "/version": self._version, "/notes": self._list}
        )

    def do_POST(self):
        """Writes."""
        self._answer({"/notes": self._add})

    def _answer(self, routes):
        path = urlsplit(self.path).path
        try:
            status, document = routes.get(path, self._nothing)()
        except RequestError as error:
            # Its body may be unread, and must not be taken for the next request.
            self.close_connection = True
            status, document = error.status, {"error": str(error)}
        except store.InvalidNote as error:
            status, document = HTTPStatus.BAD_REQUEST, {"error": str(error)}
        except (schema.SchemaError, store.MaintenanceError) as error:
            status, document = HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}
        except psycopg2.Error as error:
            # A migration under way shows as a lock, a missing column or a lost connection.
            log.warning("%s %s: %s", self.command, path, str(error).strip())
            status, document = HTTPStatus.SERVICE_UNAVAILABLE, {"error": "the database cannot answer, see the server's log"}
        self._send(status, document)

    def _nothing(self):
        raise RequestError(HTTPStatus.NOT_FOUND, f"nothing answers {self.command} {urlsplit(self.path).path}")

    def _home(self):
        config = self.server.config
        return HTTPStatus.OK, {"greeting": config.greeting, "owner": config.owner, "version": config.version}

    def _healthz(self):
        return HTTPStatus.OK, {"status": "ok"}

    def _readyz(self):
        with database.transaction() as cursor:
            found = schema.current(cursor)
        return HTTPStatus.OK, {"status": "ok", "schema": found, "wanted_schema": self.server.config.schema}

    def _version(self):
        return HTTPStatus.OK, {"version": self.server.config.version, "schema": self.server.config.schema}

    def _list(self):
        query = parse_qs(urlsplit(self.path).query)
        after, limit = self._number(query, "after", 0), self._number(query, "limit", 100)
        version = self.server.config.schema
        with open_notes(version) as cursor:
            notes = store.page(cursor, version, after, min(limit, LARGEST_PAGE))
            total = store.total(cursor)
        return HTTPStatus.OK, {"schema": version, "total": total, "notes": notes}

    def _add(self):
        version = self.server.config.schema
        note = store.parse(self._document(), version)
        with open_notes(version) as cursor:
            stored = store.add(cursor, version, note)
        return HTTPStatus.CREATED, stored

    def _number(self, query, name, default):
        value = query.get(name, [str(default)])[0]
        if not (value.isascii() and value.isdigit()) or int(value) > 2**63 - 1:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"{name} is {value!r}, expected a number")
        return int(value)

    def _document(self):
        try:
            return json.loads(self._body())
        except (ValueError, RecursionError) as error:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"the request is no JSON: {error}") from None

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise RequestError(HTTPStatus.LENGTH_REQUIRED, "the request has no Content-Length")
        return self.rfile.read(_bounded(int(length)))

    def _chunks(self) -> bytes:
        """The body in chunks, as proxies send one whose length they do not know."""
        # What may follow the last chunk is not read.
        self.close_connection = True
        body = b""
        while True:
            digits = self.rfile.readline(100).split(b";")[0].strip()
            if not digits or digits.strip(b"0123456789abcdefABCDEF"):
                raise RequestError(HTTPStatus.BAD_REQUEST, "a chunk has no size")
            size = int(digits, 16)
            _bounded(len(body) + size)
            body += self.rfile.read(size)
            self.rfile.readline(100)
            if size == 0:
                return body

    def _send(self, status, document):
        body = json.dumps(document, ensure_ascii=False).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code="-", size="-"):
        """Probes come every few seconds: they are worth a debug line only."""
        level = logging.DEBUG if self.path in ("/healthz", "/readyz") else logging.INFO
        log.log(level, "%s %s %s", self.command, self.path, int(code))

    def log_message(self, format, *args):  # noqa: A002 - the base class named it
        """Everything else that the base class logs."""
        log.info(format, *args)


def _bounded(length: int) -> int:
    """The length of a body, unless it is too long."""
    if length > LARGEST_NOTE:
        raise RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a note has at most {LARGEST_NOTE} bytes")
    return length


@contextlib.contextmanager
def open_notes(version: int):
    """A transaction on notes that are in this version's schema and open for use."""
    with database.transaction() as cursor:
        schema.require(cursor, version)
        store.require_open(cursor)
        yield cursor


def serve(config: Config, stopped: threading.Event) -> None:
    """Serves until stopped."""
    server = Server(config)
    thread = threading.Thread(target=server.serve_forever, name="http")
    thread.start()
    log.info("notes %s serves on port %d, schema %d", config.version, config.port, config.schema)
    stopped.wait()
    log.info("stopping: no new requests")
    server.shutdown()
    thread.join()
    server.server_close()
    log.info("stopped")
