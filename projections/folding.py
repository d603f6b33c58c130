"""The fold of one stream, event by event, and what each event brings to the read models."""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.events import Event
from domain.ids import text_of
from domain.stream import Stream
from projections import tables
from projections.batch import Brought, Put
from projections.kept import MODELS
from projections.models import Model


class Fold(NamedTuple):
    """A stream as it is after some of its events, None before the first; header: what its header was made of."""

    aggregate: Any = None
    header: tuple[Any, ...] | None = None


NOTHING = Fold()
"""A stream before its first event."""


def fold_of(aggregate: Stream) -> Fold:
    """The fold of a stream as it was loaded, to go on from."""
    model = MODELS[aggregate.KIND]
    for shelved in model.shelves:
        getattr(aggregate, shelved.shelf).changed.clear()
    return Fold(aggregate, _header_state(model, aggregate))


def folded(before: Fold, event: Event, position: int) -> tuple[Fold, Brought]:
    """The fold after the next event, and what that brings. position: the event's id in the log."""
    aggregate: Any = event.mutate(before.aggregate)
    model = MODELS[aggregate.KIND]
    header = _header_state(model, aggregate)
    puts = _changed(model, aggregate)
    if header != before.header:
        row = model.header_row(aggregate)
        row.body["next_deadline"] = header[0]
        puts.append(Put(tables.headers, "", row, before.header is None))
    stream, version, moment = text_of(event.originator_id), event.originator_version, model.moment(aggregate, event)
    told = (stream, version, event.TOPIC, int(moment["follows"]), moment)
    happened = [(tables.timeline, told), *model.happened(aggregate, event, moment)]
    return Fold(aggregate, header), Brought(position, stream, version, puts, happened, next_deadline=header[0])


def _header_state(model: Model, aggregate: Any) -> tuple[Any, ...]:
    """The next deadline, if any, and what else the header is made of."""
    due = aggregate.deadlines.next()
    return due.until if due else None, *model.header_state(aggregate)


def _changed(model: Model, aggregate: Any) -> list[Put]:
    """The rows that the last event changed."""
    model.moves_along(aggregate)
    puts: list[Put] = []
    for shelf, table, row_of, _ in model.shelves:
        changed: dict[Any, bool] = getattr(aggregate, shelf).changed
        if changed:
            puts += [Put(table, key, row_of(aggregate, key), is_new) for key, is_new in changed.items()]
            changed.clear()
    return puts
