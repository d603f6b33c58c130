"""Every kind of stream that the log has."""

from __future__ import annotations

from domain.agreement import Agreement
from domain.events import EVENT_TYPES, Event
from domain.partnership import Partnership
from domain.stream import Stream

STREAMS: dict[str, type[Stream]] = {}
"""By their kind."""


def register(stream: type[Stream]) -> None:
    """Let the log have one more kind of stream."""
    STREAMS[stream.KIND] = stream


register(Agreement)
register(Partnership)


def event_types() -> list[type[Event]]:
    """Every event type once, one stream's after the other's, in the order of their declaration."""
    known = [event for event in EVENT_TYPES.values() if STREAMS.keys() >= set(event.KINDS)]
    return list(dict.fromkeys(event for kind in STREAMS for event in known if kind in event.KINDS))
