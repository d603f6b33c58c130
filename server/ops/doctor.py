"""What could keep a node from running well, looked at one by one."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from projections import tables
from server.log.backup import BackupRefused, look
from server.log.database import Database, is_set_up, models_beside
from server.log.keys import KeyUnusable, default_file, read_keys
from server.people.identity import KEY_CHECK, Identity
from server.settings import Settings

COPIES = 2
"""How many copies of a database there must be room for: a rebuild and a backup each write one."""
LOOKS, LOOK_SECONDS = 5, 0.2
"""How often, and how long after each other, it is looked whether the read models catch up."""
MEBIBYTE = 1024**2
ROOM_BYTES = 64 * MEBIBYTE
"""What the smallest database needs to grow."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. is_well: nothing needs to be done."""

    is_well: bool
    what: str


def examine(database: Database, settings: Settings) -> Iterator[Finding]:
    """Look at the store, the read models, the disk and the settings; reads only."""
    if not is_set_up(database):
        yield Finding(False, "The database is not set up: run onetext migrate, or serve.")
        return
    newest = database.log.newest()
    yield Finding(True, f"The store answers; its newest event has the number {newest}.")
    if database.is_sqlite:
        yield from _file(Path(settings.database.removeprefix("sqlite:///")))
    yield _models(database, newest)
    yield _key(database, settings)
    yield from _addresses(settings)


def cannot_be_read(database: Database, error: Exception) -> Finding:
    """What is found when the database does not let itself be examined."""
    advice = (
        "Look at who may read and write it; if it is damaged, put a backup in its place: onetext restore."
        if database.is_sqlite
        else "Look whether PostgreSQL runs and lets ONETEXT_DATABASE in; if it is damaged, put a dump in its place."
    )
    return Finding(False, f"The database cannot be read: {str(error).splitlines()[0]}. {advice}")


def _file(path: Path) -> Iterator[Finding]:
    try:
        found = look(path)
        yield Finding(True, f"The file is sound: {found.events} events in {len(found.streams)} streams without a gap.")
    except BackupRefused as error:
        yield Finding(False, f"{error} Restore a backup: onetext restore.")
    yield _room(path)


def _room(path: Path) -> Finding:
    """Whether the disk has room for what is done with a database of this size."""
    size = sum(file.stat().st_size for file in (path, Path(models_beside(str(path)))) if file.exists())
    needed = COPIES * size + ROOM_BYTES
    free = shutil.disk_usage(path.absolute().parent).free
    if free < needed:
        return Finding(
            False,
            f"{free // MEBIBYTE} MiB are free where the database is, which takes {size // MEBIBYTE} MiB: "
            f"make room, {needed // MEBIBYTE} MiB let it grow, be backed up and be rebuilt.",
        )
    return Finding(True, f"There is room where the database is: {free // MEBIBYTE} MiB.")


def _key(database: Database, settings: Settings) -> Finding:
    """Whether what is sealed can be read."""
    file = settings.key_file or default_file()
    if not file.exists():
        return Finding(True, f"There is no key yet: it is made at {file} when a node first starts.")
    try:
        keys = read_keys(settings.key_file)
    except KeyUnusable as error:
        return Finding(False, str(error))
    kept = Identity(database.beside).kept_secret(KEY_CHECK)
    if kept not in (None, keys.check):
        return Finding(
            False, f"{file} is another key than that of this database: name the right one (ONETEXT_KEY_FILE)."
        )
    return Finding(True, f"The key at {file} is that of this database. Keep a copy of it apart from the backups.")


def _models(database: Database, newest: int) -> Finding:
    position = _position(database)
    for _ in range(LOOKS):
        if position >= newest:
            break
        time.sleep(LOOK_SECONDS)  # a node at work writes the rows a moment after the events
        position = _position(database)
    if position > newest and position > database.log.newest():
        return Finding(
            False, f"The read models show events beyond {newest}, which no log has: serve, or run onetext rebuild."
        )
    if position >= newest:
        return Finding(True, "The read models show everything.")
    return Finding(False, f"The read models are {newest - position} events behind: serve, or run onetext rebuild.")


def _position(database: Database) -> int:
    with database.models.connect() as connection:
        return connection.execute(select(func.min(tables.positions.c.position))).scalar() or 0


def _addresses(settings: Settings) -> Iterator[Finding]:
    is_open = settings.host not in ("127.0.0.1", "::1", "localhost")
    if settings.public_url:
        is_safe = settings.public_url.startswith("https:")
        yield Finding(is_safe, f"Members come by {settings.public_url}{'' if is_safe else ', which is not encrypted'}.")
    elif is_open:
        yield Finding(False, "It listens beyond this machine: put TLS before it and set ONETEXT_PUBLIC_URL.")
    else:
        yield Finding(True, "It is reached from this machine alone.")
    yield Finding(
        True, "E-mail is sent." if settings.smtp_url else "No e-mail is sent; links are shown to who makes them."
    )
