"""Copies of an SQLite database: taken while it is served, and put back with a look at every stream."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.log.database import models_beside

PAGES = 2_000
"""Pages copied at a time; writers get their turn in between."""


class BackupRefused(Exception):
    """Says why nothing was copied, and what to do."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: streams by id with the number of their events and a SHA-256 over their bytes."""

    streams: dict[str, tuple[int, str]]

    @property
    def events(self) -> int:
        return sum(count for count, _ in self.streams.values())


def back_up(source: Path, target: Path) -> Copied:
    """Copy the log and what stands beside it, while it may be served, to a file that is not there yet."""
    if not source.is_file():
        raise BackupRefused(f"There is no database {source}.")
    if target.exists():
        raise BackupRefused(f"{target} is there already. Name a file that is not.")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        _copy(source, partial)
        copied = look(partial)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return copied


def restore(backup: Path, target: Path) -> Copied:
    """Put a backup where no database is; every stream is compared. Read models that another database left there are
    removed: they are made anew when it is served."""
    if not backup.is_file():
        raise BackupRefused(f"There is no backup {backup}.")
    if target.exists():
        raise BackupRefused(f"{target} is there already. Restore to a place that is empty, then put it in its stead.")
    kept = look(backup)
    for left in ("", "-wal", "-shm"):
        Path(models_beside(str(target)) + left).unlink(missing_ok=True)
    _copy(backup, target)
    restored = look(target)
    if restored != kept:
        target.unlink()
        raise BackupRefused(f"The copy differs from {backup}; nothing was restored. Look at the disk, and try again.")
    return restored


def look(file: Path) -> Copied:
    """What a database file holds; raises BackupRefused when it is damaged or none of ours."""
    digests: dict[str, tuple[int, hashlib._Hash]] = {}
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise BackupRefused(f"{file} is damaged: {verdict}")
            events = connection.execute(
                "SELECT originator_id, originator_version, topic, state FROM stored_events "
                "ORDER BY originator_id, originator_version"
            )
            for stream, version, topic, state in events:
                count, digest = digests.get(stream, (0, hashlib.sha256()))
                if version != count + 1:
                    raise BackupRefused(f"{file} is damaged: stream {stream} has no version {count + 1}.")
                if not _says(state, version):
                    raise BackupRefused(f"{file} is damaged: version {version} of stream {stream} cannot be read.")
                digest.update(f"{version}:{topic}:{len(state)}:".encode() + state)
                digests[stream] = (version, digest)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} is no database of Onetext, or damaged: {error}") from None
    return Copied({stream: (count, digest.hexdigest()) for stream, (count, digest) in digests.items()})


def _says(state: object, version: int) -> bool:
    """Whether an event says of itself that it is of a version."""
    try:
        return isinstance(state, bytes) and orjson.loads(state)["version"] == version
    except (ValueError, TypeError, KeyError):
        return False


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as from_, closing(sqlite3.connect(target)) as to:
        from_.backup(to, pages=PAGES)
        to.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
