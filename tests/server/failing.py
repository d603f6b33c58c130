"""Databases that fail or are slow at a chosen moment: the real one does the work, before or after."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from server.log.database import Database

READS = frozenset({"events", "tail", "versions", "outcome", "command_ids", "newest", "version"})


class Fails:
    """Fails once, at the next call of a name: before the work is done, or after."""

    def __init__(self, message: str = "the database went away") -> None:
        self.armed: str | None = None
        self.after = False
        self.message = message

    def __call__(self, name: str, call: Callable[[], Any]) -> Any:
        if name != self.armed:
            return call()
        self.armed = None
        if self.after:
            call()
        raise OperationalError(self.message, {"text": self.message}, Exception(self.message))


def wrap(log: Any, around: Callable[[str, Callable[[], Any]], Any]) -> None:
    """Let the calls of a log go through `around`, which is given the name of the call and the call itself."""

    def wrapped(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **named: around(name, lambda: call(*given, **named))

    for name in (*READS, "write", "write_in_turn"):
        setattr(log, name, wrapped(name, getattr(log, name)))


class HearsLate:
    """While it is armed nothing is heard of what other nodes commit."""

    def __init__(self) -> None:
        self.armed = False

    def __call__(self, name: str, call: Callable[[], Any]) -> Any:
        return [] if self.armed and name == "tail" else call()


class Slow:
    """Reads of the log, and everything that is read or written beside it, take so many seconds while it is armed."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.armed = seconds, False

    def __call__(self, name: str, call: Callable[[], Any]) -> Any:
        if self.armed and name in READS:
            time.sleep(self.seconds)
        return call()

    def beside(self, database: Database) -> None:
        """Slow down the engine on the tables beside the log, and where it is another one, on the read models."""
        for engine in {database.beside, database.models}:

            @event.listens_for(engine, "before_cursor_execute")
            def wait(*_: Any) -> None:
                if self.armed:
                    time.sleep(self.seconds)
