"""Between events and their stored form: the canonical bytes that are kept are the bytes that are sent."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import resolve_topic

from domain.canonical import canonical
from domain.events import Actor, Event, Founding
from domain.ids import text_of
from domain.streams import STREAMS
from domain.times import moment_of
from server.log.store import Made


class CanonicalMapper(Mapper[UUID]):
    """Writes {stream, version, type, schema, at, actor, command_id, data}; raises data of old schemas on reading."""

    def __init__(self) -> None:
        super().__init__(_no_transcoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> Made:
        assert isinstance(domain_event, Event)
        return Made(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=domain_event.TOPIC,
            state=canonical(
                {
                    "stream": text_of(domain_event.originator_id),
                    "version": domain_event.originator_version,
                    "type": domain_event.TOPIC,
                    "schema": domain_event.SCHEMA,
                    "at": domain_event.at,
                    "actor": domain_event.actor.as_json(),
                    "command_id": domain_event.command_id,
                    "data": domain_event.data(),
                }
            ),
            event=domain_event,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        event_class: type[Event] = resolve_topic(stored_event.topic)
        kept = orjson.loads(stored_event.state)
        stream, at = stored_event.originator_id, kept["at"]
        assert isinstance(stream, UUID)
        event = event_class.of(
            stream,
            stored_event.originator_version,
            at,
            moment_of(at),
            _actor(**kept["actor"]),
            kept["command_id"],
            _raised(event_class, kept["schema"], kept["data"]),
        )
        if issubclass(event_class, Founding):
            vars(event)["originator_topic"] = STREAMS[event_class.KINDS[0]].TOPIC
        return event


_actor = lru_cache(1024)(Actor)


def _raised(event_class: type[Event], schema: int, data: dict[str, Any]) -> dict[str, Any]:
    """The data in the present schema: `upcast_vN` takes data of schema N to N + 1."""
    for old in range(schema, event_class.SCHEMA):
        data = getattr(event_class, f"upcast_v{old}")(data)
    return data


def _no_transcoder() -> Transcoder:
    class Unused(Transcoder):
        def encode(self, obj: Any) -> bytes:
            raise NotImplementedError

        def decode(self, data: bytes) -> Any:
            raise NotImplementedError

    return Unused()
