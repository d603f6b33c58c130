"""SQLite's INSERT of many rows by few statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

_MOST_AT_ONCE = 4096
"""Rows of one statement; of 7 columns, it may have 32,766 parameters."""


def insert(execute: Callable[[str, Sequence[Any]], Any], into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows in runs of 1, 2, 4 … at once. A statement gives the interpreter to other threads once, however many
    rows it has; and of so few lengths the connection keeps each compiled."""
    at = 0
    while at < len(rows):
        some = rows[at : at + min(_MOST_AT_ONCE, 1 << (len(rows) - at).bit_length() - 1)]
        execute(_statement(into, len(some[0]), len(some)), tuple(chain.from_iterable(some)))
        at += len(some)


@lru_cache(256)
def _statement(into: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {into} VALUES {', '.join([row] * rows)}"
