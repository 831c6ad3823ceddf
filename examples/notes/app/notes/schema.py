"""The database schema: which one is there, and how to get to the one that is needed.

Schema 1 keeps a note as one text, `body`. Schema 2 splits it into `title` (the
first line) and `content` (the rest; NULL when the text had no second line, so that
the original text can always be put together again). The column `body` goes away:
a process that still speaks schema 1 fails on its next statement, which is why the
worker has to be stopped before a migration.
"""

# ADVISORY_LOCK makes concurrent migrations wait for each other; any fixed number serves.
ADVISORY_LOCK = 7_306_081

# LOCK_TIMEOUT ends a migration that waits for somebody else's transaction,
# instead of queueing every reader behind it.
LOCK_TIMEOUT = "10s"

MIGRATIONS = {
    1: """
        CREATE TABLE notes (
            id         bigserial   PRIMARY KEY,
            body       text        NOT NULL,
            words      integer,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX notes_uncounted ON notes (id) WHERE words IS NULL;
        CREATE TABLE manifests (
            name        text        PRIMARY KEY,
            recorded_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE manifest_notes (
            manifest text   NOT NULL REFERENCES manifests (name) ON DELETE CASCADE,
            note_id  bigint NOT NULL,
            checksum text   NOT NULL,
            PRIMARY KEY (manifest, note_id)
        );
        CREATE TABLE maintenance (
            reason text        NOT NULL,
            since  timestamptz NOT NULL DEFAULT now()
        );
    """,
    2: r"""
        LOCK TABLE notes IN ACCESS EXCLUSIVE MODE;
        ALTER TABLE notes ADD COLUMN title text, ADD COLUMN content text;
        UPDATE notes SET
            title   = split_part(body, E'\n', 1),
            content = CASE WHEN strpos(body, E'\n') > 0
                           THEN substr(body, strpos(body, E'\n') + 1) END;
        ALTER TABLE notes ALTER COLUMN title SET NOT NULL, DROP COLUMN body;
    """,
}

# TEXT is the SQL expression for a note's whole text in each schema.
TEXT = {
    1: "body",
    2: r"title || CASE WHEN content IS NULL THEN '' ELSE E'\n' || content END",
}


class SchemaError(Exception):
    """The database's schema is not the one that this version of the application needs."""


def current(cursor) -> int:
    """The schema that the database has; 0 when it has none yet."""
    cursor.execute("SELECT to_regclass('schema_version') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return 0
    cursor.execute("SELECT coalesce(max(version), 0) FROM schema_version")
    return cursor.fetchone()[0]


def require(cursor, wanted: int) -> None:
    """Raises a SchemaError that says what to do, unless the schema is the wanted one."""
    found = current(cursor)
    if found < wanted:
        have = "there is no schema yet" if found == 0 else f"the schema is still version {found}"
        raise SchemaError(f"{have}, this version needs {wanted}: run 'notes migrate'")
    if found > wanted:
        raise SchemaError(f"the schema is version {found}, this version knows {wanted}: run a newer version of notes")


def migrate(cursor, wanted: int, application: str) -> list[int]:
    """Brings the schema to the wanted version in the cursor's transaction.

    Returns the versions that were applied: none when there was nothing to do.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    # SET LOCAL takes no parameters.
    cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT!r}")
    cursor.execute("""
        CREATE TABLE IF NOT EXISTS schema_version (
            version     integer     PRIMARY KEY,
            applied_by  text        NOT NULL,
            applied_at  timestamptz NOT NULL DEFAULT now()
        )""")
    found = current(cursor)
    if found > wanted:
        require(cursor, wanted)
    applied = list(range(found + 1, wanted + 1))
    for version in applied:
        cursor.execute(MIGRATIONS[version])
        cursor.execute("INSERT INTO schema_version (version, applied_by) VALUES (%s, %s)", [version, application])
    return applied
