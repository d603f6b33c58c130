"""A noun that the product does not have: a box of toys, a stream of its own that is private to one party. All of it is
here, and comes in through the registries."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, NewType
from uuid import UUID

from sqlalchemy import Connection

from domain import acts
from domain.command import Command, given, minted
from domain.events import Event, Founding
from domain.fields import Text
from domain.ids import PartnershipId, PartyId
from domain.partnership import Partnership
from domain.refusals import Code, Guards, Subject
from domain.rules import Act, Rules
from domain.shelf import Shelf
from domain.stream import Stream, actor_of
from domain.streams import STREAMS, register
from domain.words import Mandate
from projections import as_of, tables
from projections.kept import MODELS, keep
from projections.models import Model, Shelved
from projections.readings import READINGS, About, reading
from projections.rows import Row, by_version
from projections.schema import ID, TEXT, VERSION, Body, Shape, many
from projections.timeline import moment
from server.doors.addresses import ADDRESSES, Address, by_its_id

ToyId = NewType("ToyId", str)

# The language.


class ToyEvent(Event):
    """An event of a box of toys."""

    KINDS = ("box",)


class BoxBrought(Founding, ToyEvent):
    """A box of toys was brought."""

    TOPIC = "BoxBrought"
    SENTENCE = "brought a box of toys to"
    partnership_id: PartnershipId


class ToyMade(ToyEvent):
    """A toy was made."""

    TOPIC = "ToyMade"
    SENTENCE = "made a toy for"
    TOLD = ("name",)
    toy_id: ToyId
    name: str


@dataclass(frozen=True, kw_only=True)
class MakeToy(Command):
    """Make a toy."""

    TYPE = "make_toy"
    name: str = given(Text())
    toy_id: ToyId = minted()


class Toy(NamedTuple):
    """version: of the event that made it."""

    toy_id: ToyId
    name: str
    version: int


# The rules.

rules = Rules()


class Box(Stream):
    """A party's toys, which the other party never sees."""

    TOPIC = "Box"
    KIND = "box"
    IS_PRIVATE = True
    RULES = (rules,)
    Event = ToyEvent  # type: ignore[assignment]
    Created = BoxBrought  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.party_id = PartyId("")
        self.toys: Shelf[ToyId, Toy] = Shelf()

    @classmethod
    def bring(cls, box_id: str, partnership_id: PartnershipId, act: Act) -> Box:
        return cls._create(
            BoxBrought,
            id=UUID(box_id),
            timestamp=act.at,
            actor=actor_of(act, Mandate.NEGOTIATOR),
            command_id="brought",
            partnership_id=partnership_id,
        )

    def is_for(self, partnership_id: PartnershipId, party_id: PartyId, mandates: Collection[Mandate]) -> bool:
        """For those of its party who hold a mandate."""
        return super().is_for(partnership_id, party_id, mandates) and self.party_id == party_id and bool(mandates)


@rules.decides(MakeToy, acts.ask)
def make_toy(box: Box, command: MakeToy, act: Act) -> None:
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, ()))
    named = [each for each in box.toys.values() if each.name == command.name]
    subject = Subject("toy", named[0].toy_id) if named else None
    guards.refuse_if(bool(named), Code.STALE_VIEW, "There is such a toy.", subject=subject)
    guards.settle()
    box.record(ToyMade, toy_id=command.toy_id, name=command.name)


@rules.folds(BoxBrought)
def box_brought(box: Box, event: BoxBrought) -> None:
    assert event.actor.party_id
    box.partnership_id, box.party_id = event.partnership_id, event.actor.party_id


@rules.folds(ToyMade)
def toy_made(box: Box, event: ToyMade) -> None:
    box.toys[event.toy_id] = Toy(event.toy_id, event.name, event.originator_version)


Box.take(rules)

# What is the same on two kinds of streams.


class ToyAdmired(Event):
    """Somebody said that a toy is fine."""

    KINDS = ("box", "partnership")
    TOPIC = "ToyAdmired"
    SENTENCE = "admired a toy of"
    name: str


@dataclass(frozen=True, kw_only=True)
class AdmireToy(Command):
    """Say that a toy is fine."""

    TYPE = "admire_toy"
    name: str = given(Text())


admiring = Rules()


@admiring.decides(AdmireToy, acts.ask)
def admire_toy(stream: Stream, command: AdmireToy, _: Act) -> None:
    stream.record(ToyAdmired, name=command.name)


@admiring.folds(ToyAdmired)
def toy_admired(_: Stream, __: ToyAdmired) -> None:
    """It changes nothing."""


Box.take(admiring)

# What is read of it.

TOY = Shape(toy_id=ID, name=TEXT, version=VERSION)


def toy_row(box: Box, toy_id: str) -> Row:
    toy = box.toys[ToyId(toy_id)]
    return Row(by_version(toy.version), True, toy._asdict())


@contextmanager
def known() -> Iterator[None]:
    """The product with toys."""
    toys = tables.table_of_things("toys")
    register(Box)
    before = dict(Partnership.decisions), dict(Partnership.applied_by)
    Partnership.take(admiring)
    keep(
        Box,
        Model(
            shelves=[Shelved("toys", toys, toy_row, TOY)],
            header_state=lambda box: (box.party_id,),
            header_row=lambda box: Row("", True, {"party_id": box.party_id}),
            moment=lambda _, event: moment(event),
            changed=lambda box, subject, _: {"version": box.version, "toy": box.toys[ToyId(subject.id)].name},
        ),
    )

    @reading(Box, "/toys", "The toys", Shape(toys=many(TOY)))
    def read(connection: Connection, about: About) -> Body:
        return {"toys": [TOY.of(each) for each in as_of.standing(connection, toys, about.stream, about.moment)]}

    ADDRESSES[Box.KIND] = Address("/api/v1/boxes/{box_id}", by_its_id(Box.KIND))
    try:
        yield
    finally:
        del STREAMS[Box.KIND], MODELS[Box.KIND], ADDRESSES[Box.KIND]
        READINGS[:] = [each for each in READINGS if each.kind != Box.KIND]
        tables.metadata.remove(toys)
        Partnership.decisions, Partnership.applied_by = before
        Partnership.take()
