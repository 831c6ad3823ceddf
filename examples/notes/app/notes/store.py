"""Notes in the database. The columns differ by schema; everything else is shared."""

from . import schema

COLUMNS = {1: ["body"], 2: ["title", "content"]}


class InvalidNote(Exception):
    """What was sent is not a note."""


class MaintenanceError(Exception):
    """An operator has closed the notes for maintenance."""


def parse(document, version: int) -> dict:
    """The columns of the note that a request's JSON document describes."""
    if not isinstance(document, dict):
        raise InvalidNote(f"expected a JSON object, found {type(document).__name__}")
    columns = COLUMNS[version]
    unknown = sorted(set(document) - set(columns))
    if unknown:
        raise InvalidNote(f"unknown field {unknown[0]!r}, expected {' and '.join(columns)}")
    note = {column: document.get(column) for column in columns}
    for column, value in note.items():
        required = column == columns[0]
        if value is None and not required:
            continue
        if not isinstance(value, str) or (required and not value.strip()):
            raise InvalidNote(f"{column} must be a {'non-empty ' if required else ''}string")
        _require_storable(column, value)
    if "\n" in note.get("title", ""):
        raise InvalidNote("title must be one line; the rest belongs into content")
    return note


def _require_storable(column: str, value: str) -> None:
    """JSON can say two things that PostgreSQL cannot store: NUL and half a surrogate pair."""
    if "\x00" in value:
        raise InvalidNote(f"{column} holds a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidNote(f"{column} is not text: {error.reason}") from None


def add(cursor, version: int, note: dict) -> dict:
    """Stores a note and returns it as it is stored."""
    columns = COLUMNS[version]
    cursor.execute(
        f"INSERT INTO notes ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) RETURNING {_selection(version)}",
        [note[column] for column in columns],
    )
    return _note(version, cursor.fetchone())


def page(cursor, version: int, after: int, limit: int) -> list[dict]:
    """The notes with an id above `after`, oldest first, at most `limit` of them."""
    cursor.execute(f"SELECT {_selection(version)} FROM notes WHERE id > %s ORDER BY id LIMIT %s", [after, limit])
    return [_note(version, row) for row in cursor.fetchall()]


def total(cursor) -> int:
    """How many notes there are."""
    cursor.execute("SELECT count(*) FROM notes")
    return cursor.fetchone()[0]


def uncounted(cursor) -> int:
    """How many notes the worker has not yet counted the words of."""
    cursor.execute("SELECT count(*) FROM notes WHERE words IS NULL")
    return cursor.fetchone()[0]


def count_words(cursor, version: int, batch: int) -> int:
    """Counts the words of the next uncounted notes; returns how many notes it did.

    SKIP LOCKED lets several workers share the queue.
    """
    cursor.execute(
        f"SELECT id, {schema.TEXT[version]} FROM notes WHERE words IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED", [batch]
    )
    rows = cursor.fetchall()
    for identifier, text in rows:
        cursor.execute("UPDATE notes SET words = %s WHERE id = %s", [len(text.split()), identifier])
    return len(rows)


def require_open(cursor) -> None:
    """Raises a MaintenanceError while the notes are closed."""
    cursor.execute("SELECT reason, since FROM maintenance ORDER BY since LIMIT 1")
    row = cursor.fetchone()
    if row:
        raise MaintenanceError(
            f"maintenance since {row[1]:%Y-%m-%d %H:%M} ({row[0]}): 'notes maintenance off' opens the notes again"
        )


def set_maintenance(cursor, reason: str | None) -> None:
    """Closes the notes for a reason, or opens them with None."""
    cursor.execute("DELETE FROM maintenance")
    if reason is not None:
        cursor.execute("INSERT INTO maintenance (reason) VALUES (%s)", [reason])


def _selection(version: int) -> str:
    return ", ".join(["id", *COLUMNS[version], "words", "created_at"])


def _note(version: int, row) -> dict:
    names = ["id", *COLUMNS[version], "words", "created_at"]
    return {**dict(zip(names, row, strict=True)), "created_at": row[-1].isoformat()}
