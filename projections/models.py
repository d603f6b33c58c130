"""What is kept to be read of a kind of stream, as what folds and writes needs to know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Table

from domain.events import Event
from domain.refusals import Subject
from projections.rows import Row
from projections.schema import Shape


class Shelved(NamedTuple):
    """Things of a kind: the attribute of the stream that holds them (a Shelf), their table, how one becomes a row, None
    when it is gone, and its shape in the API, or why it has none."""

    shelf: str
    table: Table
    row_of: Callable[[Any, str], Row | None]
    shape: Shape | str


Happened = tuple[Table, Sequence[Any]]
"""A row of a table of what happened, in the order of its columns; JSON values become text when they are written."""


@dataclass(frozen=True, slots=True)
class Model:
    """header_state: what the header is made of, while it is the same so is its row; moment: what the timeline keeps of
    an event. happened: further rows that an event brings; moves_along: marks what changes with what has changed;
    changed: what a stale view is
    shown, with what was known to its judge."""

    shelves: Sequence[Shelved]
    header_state: Callable[[Any], tuple[Any, ...]]
    header_row: Callable[[Any], Row]
    moment: Callable[[Any, Event], dict[str, Any]]
    happened: Callable[[Any, Event, dict[str, Any]], Iterable[Happened]] = lambda *_: ()
    moves_along: Callable[[Any], None] = lambda _: None
    changed: Callable[[Any, Subject, Mapping[str, Any]], dict[str, Any]] = lambda stream, *_: {
        "version": stream.version
    }
