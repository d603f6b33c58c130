"""What every event is: who did what to which stream, when, under which mandate. Names are past tense.

An event class carries its data as dataclass fields of plain JSON values; TOPIC is its stable name in the log and
SCHEMA the version of its data, raised together with an `upcast_vN` whenever the data changes shape.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any, ClassVar, NewType, Self, get_args, get_origin, get_type_hints
from uuid import UUID

from eventsourcing.domain import AggregateCreated, AggregateEvent
from eventsourcing.utils import register_topic

from domain.ids import MemberId, PartyId
from domain.times import written

_ENVELOPE = {"originator_id", "originator_version", "originator_topic", "timestamp", "actor", "command_id"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused an event. kind: party, facilitator or clock; mandate: the one that the act needed, if any.

    mandate_version is the version of the partnership's stream at which the mandate was read.
    """

    kind: str
    party_id: PartyId | None = None
    member_id: MemberId | None = None
    mandate: str | None = None
    mandate_version: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The actor as it is written in the log."""
        return {
            "kind": self.kind,
            "party_id": self.party_id,
            "member_id": self.member_id,
            "mandate": self.mandate,
            "mandate_version": self.mandate_version,
        }


CLOCK = Actor("clock")


class Event(AggregateEvent):
    """An event of one stream. Versions count from 1."""

    TOPIC: ClassVar[str]
    KINDS: ClassVar[tuple[str, ...]]
    """The kinds of streams that it belongs to."""
    SCHEMA: ClassVar[int] = 1
    SENTENCE: ClassVar[str]
    """What it says in a timeline, after who did it: what it concerns stands where {} is, or at the end. With a capital
    letter it is the whole sentence, and names nobody."""
    TOLD: ClassVar[tuple[str, ...]] = ()
    """What of its data a timeline keeps, beside the ids of things."""
    actor: Actor
    command_id: str | None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "TOPIC" in cls.__dict__:
            register_topic(cls.TOPIC, cls)
            EVENT_TYPES[cls.TOPIC] = cls

    @classmethod
    def of(
        cls,
        stream: UUID,
        version: int,
        at: str,
        moment: datetime,
        actor: Actor,
        command_id: str | None,
        data: Mapping[str, Any],
    ) -> Self:
        """The event with these fields, which are right: a frozen data class would assign each of them by itself, which
        takes as long as folding the event. at: the moment as it is written."""
        event = object.__new__(cls)
        vars(event).update(
            data,
            originator_id=stream,
            originator_version=version,
            timestamp=moment,
            at=at,
            actor=actor,
            command_id=command_id,
        )
        return event

    @classmethod
    @cache
    def data_fields(cls) -> tuple[str, ...]:
        """The names of the event's own data, in the order of its declaration."""
        return tuple(each.name for each in dataclasses.fields(cls) if each.name not in _ENVELOPE)

    @classmethod
    @cache
    def data_names(cls) -> frozenset[str]:
        """The same, in no order."""
        return frozenset(cls.data_fields())

    @cached_property
    def at(self) -> str:
        """The event's time as it is written in the log."""
        return written(self.timestamp)

    def data(self) -> dict[str, Any]:
        """The event's own data as JSON values."""
        own = vars(self)
        return {name: own[name] for name in self.data_fields()}

    @classmethod
    @cache
    def told(cls) -> tuple[str, ...]:
        """The names of the data that a timeline keeps."""
        hints = get_type_hints(cls)
        return tuple(name for name in cls.data_fields() if name in cls.TOLD or _is_of_a_thing(hints[name]))

    @classmethod
    def verb(cls, about: Mapping[str, Any]) -> str:
        """The sentence for what a moment of a timeline keeps of the data."""
        return cls.SENTENCE

    def apply(self, aggregate: Any) -> None:
        """The one fold: aggregate, projector and time travel all come through here."""
        aggregate.applied_by[type(self)](aggregate, self)


class Founding(AggregateCreated):
    """Mixed into the first event of a stream."""


_NO_THINGS = {"PartnershipId", "AgreementId", "PartyId", "MemberId", "TermId", "ThreadId", "CommandId", "Fingerprint"}


def _is_of_a_thing(hint: Any) -> bool:
    """Whether a field has the id of a thing, such as a proposal; who acted, and on what, a moment tells anyway."""
    kinds = () if get_origin(hint) in (list, dict) else get_args(hint) or (hint,)
    return any(isinstance(each, NewType) and each.__name__ not in _NO_THINGS for each in kinds)


EVENT_TYPES: dict[str, type[Event]] = {}
"""Every recorded event type by its stable name."""
