"""Opening a database by its URL: the log, the tables beside it, and the read models; and setting up their schemas."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import QueuePool

from projections import tables
from server.log.beside import metadata
from server.log.postgres import SCHEMA_LOCK, PostgresLog
from server.log.sqlite import SqliteLog

_WAL = ("journal_mode=WAL", "busy_timeout=10000", "temp_store=MEMORY")
"""In memory: what undoes a single statement, for which SQLite would make a file in each transaction."""

_SELDOM_CHECKPOINTED = "wal_autocheckpoint=4000"
"""Pages of the read models' WAL, four times SQLite's own: ends of indexes are written again with each transaction, and
go into the file less often. 16 MB; SQLite finds up to 4,062 pages by one table of hashes."""


class DatabaseInUse(Exception):
    """Another process serves this database."""


class UnknownDatabase(Exception):
    """The URL names no kind of database that Onetext knows, or a place that does not exist."""


@dataclass(frozen=True, slots=True)
class Database:
    """The log; an engine on the tables beside it; an engine on the read models."""

    url: str
    log: SqliteLog | PostgresLog
    beside: Engine
    models: Engine

    @property
    def is_sqlite(self) -> bool:
        return isinstance(self.log, SqliteLog)

    def close(self) -> None:
        self.log.close()
        self.beside.dispose()
        self.models.dispose()


def open_database(url: str, *, must_exist: bool = False) -> Database:
    """Open, without touching the schema. URL: sqlite:///PATH or postgresql://…; raises UnknownDatabase."""
    path = url.removeprefix("sqlite:///")
    if path != url and path not in ("", ":memory:"):
        folder = Path(path).absolute().parent
        if not folder.is_dir():
            raise UnknownDatabase(f"There is no folder {folder}. Make it first, or choose another.")
        if must_exist and not Path(path).exists():
            raise UnknownDatabase(f"There is no database {path}.")
        return Database(
            url,
            SqliteLog(path),
            sqlite_engine(path, *_WAL, "synchronous=FULL", "secure_delete=ON"),
            sqlite_engine(models_beside(path), *_WAL, "synchronous=NORMAL", _SELDOM_CHECKPOINTED),
        )
    if url.startswith(("postgresql://", "postgres://")):
        bare = url.split("://", 1)[1]
        try:
            engine = _postgres_engine(f"postgresql+psycopg://{bare}")
        except ValueError as error:
            raise UnknownDatabase(
                f"The database URL is wrong: {error}. Use postgresql://USER@HOST:PORT/NAME."
            ) from None
        return Database(url, PostgresLog(f"postgresql://{bare}"), engine, engine)
    kind = url.split(":", 1)[0]  # what follows may hold a password
    raise UnknownDatabase(f"{kind!r}… is no database URL. Use sqlite:///FILE or postgresql://USER@HOST/NAME.")


def models_beside(path: str) -> str:
    """The file of the read models of an SQLite database."""
    return f"{path.removesuffix('.db')}.read.db" if path.endswith(".db") else f"{path}.read"


def migrate(database: Database) -> None:
    """Create or upgrade every schema; safe when several nodes start at once."""
    with alone(database):
        database.log.create_tables()
        with database.beside.begin() as connection:
            _upgrade(connection)
        with database.models.begin() as connection:
            if _is_of_another_form(connection) or _is_of_another_log(connection, database):
                tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)


def is_set_up(database: Database) -> bool:
    """Whether `migrate` was run."""
    with database.beside.connect() as connection:
        return inspect(connection).has_table(metadata.tables["secrets"].name)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_of_another_form(connection: Any) -> bool:
    if not inspect(connection).has_table(tables.positions.name):
        return False
    models = set(connection.execute(text("SELECT model FROM positions")).scalars())
    return bool(models) and tables.MODEL not in models


def _is_of_another_log(connection: Connection, database: Database) -> bool:
    """Whether the read models show events that the log does not have, as when an older backup was put in its place."""
    if not inspect(connection).has_table(tables.positions.name):
        return False
    position = connection.execute(text("SELECT max(position) FROM positions")).scalar() or 0
    return bool(position > database.log.newest())


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """While others who set up the same database wait."""
    if isinstance(database.log, SqliteLog):
        with open(path_of(database) + ".migrate.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with database.beside.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": SCHEMA_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": SCHEMA_LOCK})


@contextmanager
def sole_writer(database: Database, patience: float = 0) -> Iterator[None]:
    """Hold the lock file beside an SQLite database; PostgreSQL takes several writers.

    patience: seconds to wait for another process that holds it; then DatabaseInUse.
    """
    if not database.is_sqlite:
        yield
        return
    path = path_of(database) + ".lock"
    with open(path, "a+") as lock:
        _take(lock, path, time.monotonic() + patience)
        yield


def _take(lock: TextIO, path: str, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            if time.monotonic() >= deadline:
                raise DatabaseInUse(
                    f"Another process writes to this database (it holds {os.path.basename(path)}). Stop it first."
                ) from None
        threading.Event().wait(0.05)


def path_of(database: Database) -> str:
    """The file of an SQLite database."""
    return database.url.removeprefix("sqlite:///")


def _postgres_engine(url: str) -> Engine:
    """Every question is answered by an index. PostgreSQL takes it for chance that of an agreement's many rows few are
    present: where one agreement has most rows it would rather read the whole table, in parallel."""
    engine = create_engine(url, pool_size=4, max_overflow=4, pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def go_by_indexes(connection: Any, _: Any) -> None:
        connection.autocommit = True
        connection.execute("SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0; SET jit = off")
        connection.autocommit = False

    return engine


def sqlite_engine(path: str, *pragmas: str) -> Engine:
    """An engine on an SQLite file; pragmas: set on each connection."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        pool_use_lifo=True,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
