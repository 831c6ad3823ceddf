"""A manifest: which notes there were at one moment, and a checksum of each one's text.

Recorded before an upgrade and verified after it, it proves that no note was lost or
changed, across schemas: the checksum is that of the whole text.
"""

from . import schema


class ManifestError(Exception):
    """The notes are not those of the manifest."""


def record(cursor, name: str, version: int) -> int:
    """Records the notes that are there now, replacing an older manifest of that name."""
    cursor.execute("DELETE FROM manifests WHERE name = %s", [name])
    cursor.execute("INSERT INTO manifests (name) VALUES (%s)", [name])
    cursor.execute(
        f"INSERT INTO manifest_notes (manifest, note_id, checksum) SELECT %s, id, md5({schema.TEXT[version]}) FROM notes", [name]
    )
    return cursor.rowcount


def verify(cursor, name: str, version: int) -> int:
    """Returns how many notes the manifest has, or raises a ManifestError naming those missing or changed."""
    cursor.execute("SELECT 1 FROM manifests WHERE name = %s", [name])
    if not cursor.fetchone():
        raise ManifestError(f"there is no manifest {name!r}: 'notes manifest record {name}' makes one")
    cursor.execute(
        f"""SELECT m.note_id, n.id IS NULL, m.checksum IS DISTINCT FROM md5({schema.TEXT[version]})
            FROM manifest_notes m LEFT JOIN notes n ON n.id = m.note_id
            WHERE m.manifest = %s ORDER BY m.note_id""",
        [name],
    )
    rows = cursor.fetchall()
    missing = [identifier for identifier, gone, _ in rows if gone]
    changed = [identifier for identifier, gone, differs in rows if differs and not gone]
    problems = [f"{len(ids)} {what} ({_few(ids)})" for what, ids in (("missing", missing), ("changed", changed)) if ids]
    if problems:
        raise ManifestError(f"of {len(rows)} notes in manifest {name!r}: {', '.join(problems)}")
    return len(rows)


def _few(identifiers: list[int]) -> str:
    shown = ", ".join(map(str, identifiers[:5]))
    return f"ids {shown}{', …' if len(identifiers) > 5 else ''}"
