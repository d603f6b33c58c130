"""Streams: aggregates that judge commands by the rules of their nouns, record events, and fold them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, ClassVar

from eventsourcing.domain import Aggregate

from domain.command import Command
from domain.deadlines import Deadlines
from domain.events import CLOCK, Actor, Event
from domain.ids import CommandId, PartnershipId, PartyId
from domain.rules import Act, Decision, Rules
from domain.times import written
from domain.words import Mandate


class Stream(Aggregate):
    """Commands bring time, ids and identity with them. A subclass names its KIND and the RULES of its nouns."""

    TOPIC: ClassVar[str]
    KIND: ClassVar[str]
    IS_PRIVATE: ClassVar[bool] = False
    """Whether it does not exist for some members of its own partnership: they are told that before anything else."""
    RULES: ClassVar[Iterable[Rules]]
    decisions: ClassVar[dict[type[Command], Decision]]
    commands: ClassVar[dict[str, type[Command]]]
    """Those that are sent, by their type, in the order of the rules."""
    applied_by: ClassVar[dict[type[Event], Callable[[Any, Any], None]]]
    passings: ClassVar[dict[str, Callable[[Any, str], None]]]
    befores: ClassVar[dict[type[Command], Callable[[Any, Any, Act], None]]]

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        if "RULES" in cls.__dict__:
            cls.take(*cls.RULES)

    @classmethod
    def take(cls, *rules: Rules) -> None:
        """Let nouns add their rules."""
        if "decisions" not in cls.__dict__:
            cls.decisions, cls.applied_by, cls.passings, cls.befores = {}, {}, {}, {}
        for each in rules:
            cls.decisions |= each.decisions
            cls.applied_by |= each.applied_by
            cls.passings |= each.passings
            cls.befores |= each.befores
        cls.commands = {each.TYPE: each for each in cls.decisions if each.TYPE}

    def __init__(self) -> None:
        self.partnership_id = PartnershipId("")
        self.deadlines = Deadlines()
        self.now = ""
        """The moment of the act that is being judged, as it is written."""
        self._actor, self._at = CLOCK, datetime.min
        self._command_id: CommandId | str | None = None

    def is_for(self, partnership_id: PartnershipId, party_id: PartyId, mandates: Collection[Mandate]) -> bool:
        """Whether a member of a party, who holds some mandates, may address the stream; for others it does not
        exist."""
        return self.partnership_id == partnership_id

    def execute(self, command: Command, act: Act) -> None:
        """Record what the command brings about, or refuse it and record nothing."""
        decision = self.decisions[type(command)]
        self.acting(act, decision.mandate_of(act), command.command_id)
        decision.judge(self, command, act)

    def acting(self, act: Act, mandate: Mandate | None, command_id: str) -> None:
        """Let what is recorded from now on be recorded by a member."""
        self._actor, self._command_id = actor_of(act, mandate), command_id
        self._at = max(act.at, self.modified_on)
        self.now = written(self._at)

    def pass_deadlines(self, now: datetime) -> None:
        """Let the clock record every deadline that has passed, by deadline, then by making; at the very moment named,
        it has passed."""
        if self.deadlines.next() is None:
            return
        self.acting_as_clock(now)
        reached = written(now)
        while (due := self.deadlines.next()) and due.until <= reached:
            self.passings[due.kind](self, due.subject.id)

    def prepare(self, command: Command, act: Act) -> None:
        """Let the clock record what has to stand before a command is judged."""
        if before := self.befores.get(type(command)):
            self.acting_as_clock(act.at)
            before(self, command, act)

    def acting_as_clock(self, now: datetime) -> None:
        """Let what is recorded from now on be recorded by the clock."""
        self._actor, self._command_id, self._at = CLOCK, None, max(now, self.modified_on)
        self.now = written(self._at)

    def record(self, event_class: type[Event], **data: Any) -> int:
        """Record what happened, by whoever acts now; returns the event's version."""
        if data.keys() != event_class.data_names():
            raise TypeError(f"{event_class.TOPIC} has other fields than {', '.join(data)}")
        version = self.version + 1
        event = event_class.of(self.id, version, self.now, self._at, self._actor, self._command_id, data)
        event.mutate(self)
        self.pending_events.append(event)
        return version


def actor_of(act: Act, mandate: Mandate | None) -> Actor:
    """Who acts, and under which mandate as of which version of the partnership."""
    return Actor("party", act.party, act.member, mandate, act.mandate_version if mandate else None)
