"""The application service: authorises the member, loads the aggregate, lets it decide, and waits until that is durable.

No outcome, refusals included, leaves before the batch that it rests on is durable; if that batch fails, the aggregate
is loaded again and the command is decided anew.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from sqlalchemy.sql import Executable
from uuid6 import uuid7

from domain.agreement import Agreement
from domain.command import Command, read_command
from domain.commands import AGREEMENT_COMMANDS, PARTNERSHIP_COMMANDS
from domain.ids import PartnershipId
from domain.partnership import Member, Partnership
from domain.refusals import Code, Refusal, malformed
from domain.rules import Act
from domain.times import written
from server.aggregates import Aggregates, Held
from server.identity import Seat
from server.shapes import changed_since
from server.store import Commit, Conflict, Lineage, Log, Outcome, Writer

TRIES_IN_FLIGHT = 4
"""How often a command is decided beside those of other nodes before it is decided while they wait."""

Decide = Callable[[Any, Act | None], None]
"""Lets an aggregate judge; the act is None for the clock."""


class Fault(Exception):
    """Not the sender's mistake: logged under its id; nothing of the command was kept."""

    def __init__(self, cause: BaseException) -> None:
        self.id = str(uuid.uuid4())
        super().__init__(f"fault {self.id}: {cause!r}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command's outcome: the version of the last event it caused, and those events as stored."""

    version: int
    events: Sequence[bytes]
    first_time: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging a command brought: events of the clock before it, its own, or why it is refused."""

    by_clock: Sequence[StoredEvent]
    own: Sequence[StoredEvent]
    version: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a stream, by whom, and the rows beside the log that belong to it."""

    stream: str
    decide: Decide
    seat: Seat | None = None
    command: Command | None = None
    rows: Sequence[Executable] = ()


def new_id() -> str:
    """A fresh id, ordered by time."""
    return str(uuid7())


class Workspace:
    """Runs in the event loop; between loading and queueing a command nothing else is decided."""

    def __init__(self, log: Log, writer: Writer, passed: Callable[[int], Any], clock: Callable[[], datetime]) -> None:
        """passed: awaits until this node has seen the event with an id, as every other node does."""
        self._log, self._writer, self._passed, self.clock = log, writer, passed, clock
        self.aggregates = Aggregates(log)

    # What a member asks for.

    async def on_agreement(self, seat: Seat, agreement_id: str, raw: Any) -> Recorded:
        """Judge a command on an agreement; raises Refusal or Fault."""
        command = read_command(raw, AGREEMENT_COMMANDS, new_id)
        self._refuse_observers(seat)

        def decide(agreement: Agreement, act: Act | None) -> None:
            if agreement.partnership_id != seat.partnership_id:
                raise Refusal(Code.NOT_FOUND)
            assert act
            agreement.execute(command, act)

        return await self._decide(Asked(agreement_id, decide, seat, command))

    async def on_partnership(self, seat: Seat, partnership_id: str, raw: Any, known_terms: Sequence[str]) -> Recorded:
        """Judge a command on a partnership; known_terms: every term of its agreements as of now."""
        command = read_command(raw, PARTNERSHIP_COMMANDS, new_id)
        self._refuse_observers(seat)
        if partnership_id != seat.partnership_id:
            raise Refusal(Code.NOT_FOUND)

        def decide(partnership: Partnership, act: Act | None) -> None:
            assert act
            partnership.known_terms = known_terms  # type: ignore[assignment]
            partnership.execute(command, act)

        return await self._decide(Asked(partnership_id, decide, seat, command))

    async def admit(
        self, seat: Seat, admit: Callable[[Partnership, Act, str], None], rows: Sequence[Executable]
    ) -> Recorded:
        """Admit a member, with the rows that hold the person's name and access."""
        self._refuse_observers(seat)

        def decide(partnership: Partnership, act: Act | None) -> None:
            assert act
            admit(partnership, act, new_id())

        return await self._decide(Asked(seat.partnership_id, decide, seat, rows=rows))

    async def found(self, stream: str, aggregate: Agreement | Partnership, rows: Sequence[Executable] = ()) -> Recorded:
        """Make the first events of a new stream durable."""
        stored = self.aggregates.collect(aggregate)
        held = Held(aggregate, 0)
        self.aggregates.keep(stream, held)
        await self._durable(stream, held, held.submit(self._writer, Commit(held.lineage, stored, rows=rows)))
        return Recorded(stored[-1].originator_version, [each.state for each in stored])

    async def keep(self, rows: Sequence[Executable]) -> None:
        """Write rows beside the log."""
        await self._writer.submit(Commit(Lineage(), rows=rows))

    def act_of(self, seat: Seat) -> Act:
        """Who acts, with the mandates that this node has applied."""
        self._refuse_observers(seat)
        return self._act(seat)

    def member(self, seat: Seat) -> Member:
        """The member as this node has applied the partnership; `not_found` when there is none such."""
        partnership = self.partnership(seat.partnership_id)
        if seat.member_id not in partnership.members:
            raise Refusal(Code.NOT_FOUND)
        return partnership.members[seat.member_id]

    def partnership(self, partnership_id: PartnershipId) -> Partnership:
        """The partnership as this node has applied it; `not_found` when there is none such."""
        return self.aggregates.applied(partnership_id)

    async def partnership_of(self, agreement_id: str) -> PartnershipId | None:
        """The partnership that an agreement belongs to, None when there is no such agreement."""
        held = await self.aggregates.hold(agreement_id)
        return held.aggregate.partnership_id if held and isinstance(held.aggregate, Agreement) else None

    async def let_clock_record(self, agreement_id: str) -> None:
        """Let the clock record deadlines that have passed, before anybody reads."""
        held = await self.aggregates.hold(agreement_id)
        if held is None or not isinstance(held.aggregate, Agreement):
            return
        due = held.aggregate.deadlines.next()
        if due and due[0] <= written(self.clock()):
            await self._decide(Asked(agreement_id, lambda _, __: None))

    # How it is decided.

    def _refuse_observers(self, seat: Seat) -> None:
        if self.member(seat).observer:
            raise Refusal(Code.OBSERVER_READ_ONLY)

    def _act(self, seat: Seat) -> Act:
        partnership = self.partnership(seat.partnership_id)
        member = partnership.members[seat.member_id]
        return Act(member.party_id, member.member_id, dict(member.mandates), partnership.version, self.clock())

    async def _decide(self, asked: Asked) -> Recorded:
        for _ in range(TRIES_IN_FLIGHT):
            held = await self.aggregates.hold(asked.stream)
            if held is None:
                raise Refusal(Code.NOT_FOUND)
            try:
                return await self._decide_in_flight(held, asked)
            except Conflict:
                self.aggregates.let_go(asked.stream, held)
                if first := await self._first_outcome(asked):
                    return first
        return await self._decide_in_turn(asked)

    async def _decide_in_flight(self, held: Held, asked: Asked) -> Recorded:
        """Decide on the aggregate in memory, with what it has pending; raises Conflict when another came first."""
        try:
            judged = self._judge(held.aggregate, asked, self._act(asked.seat) if asked.seat else None)
        except BaseException:
            self.aggregates.let_go(asked.stream, held)
            raise
        if judged.refusal:
            if judged.by_clock:
                held.submit(self._writer, Commit(held.lineage, judged.by_clock))
            if held.last:
                await self._durable(asked.stream, held, held.last)
            return await self._refused(asked, judged.refusal)
        if commit := _commit_of(held.lineage, asked, judged):
            await self._durable(asked.stream, held, held.submit(self._writer, commit))
        return Recorded(judged.version, [each.state for each in judged.own])

    async def _decide_in_turn(self, asked: Asked) -> Recorded:
        """Decide while every other writer waits, so that a command cannot be overtaken for ever."""
        aggregate = await asyncio.to_thread(self.aggregates.load, asked.stream)
        act = self._act(asked.seat) if asked.seat else None
        found: list[Judged] = []

        def decide_now() -> Commit | None:
            self.aggregates.bring_up_to_date(asked.stream, aggregate)
            judged = self._judge(aggregate, asked, act)
            found.append(judged)
            if not judged.refusal:
                return _commit_of(Lineage(), asked, judged)
            return Commit(Lineage(), judged.by_clock) if judged.by_clock else None

        try:
            newest = await self._writer.in_turn(decide_now)
        except Conflict:
            if first := await self._first_outcome(asked):
                return first
            raise
        except Exception as error:
            raise Fault(error) from error
        await self._passed(newest)
        (judged,) = found
        if judged.refusal:
            return await self._refused(asked, judged.refusal)
        return Recorded(judged.version, [each.state for each in judged.own])

    def _judge(self, aggregate: Any, asked: Asked, act: Act | None) -> Judged:
        """Let the clock record first, then the aggregate decide; after anything but a Judged it must be let go."""
        if isinstance(aggregate, Agreement):
            aggregate.pass_deadlines(act.at if act else self.clock())
        by_clock = self.aggregates.collect(aggregate)
        refusal: Refusal | None = None
        try:
            asked.decide(aggregate, act)
        except Refusal as refused:
            refusal = refused
            if refused.subject and isinstance(aggregate, Agreement):
                refused.changed = changed_since(aggregate, refused.subject.kind, refused.subject.id)
        own = self.aggregates.collect(aggregate)
        if refusal and own:
            raise Fault(AssertionError("a refused command recorded something"))
        return Judged(by_clock, own, aggregate.version, refusal)

    async def _refused(self, asked: Asked, refusal: Refusal) -> Recorded:
        """The first outcome, when this was a retry of what has been recorded; else the refusal."""
        if first := await self._first_outcome(asked):
            return first
        raise refusal

    async def _durable(self, stream: str, held: Held, last: asyncio.Future[int]) -> None:
        try:
            newest = await asyncio.shield(last)
        except Conflict:
            raise
        except Exception as error:
            self.aggregates.let_go(stream, held)
            raise Fault(error) from error
        await self._passed(newest)

    async def _first_outcome(self, asked: Asked) -> Recorded | None:
        """The outcome that a command_id already had, None when it is new."""
        if not (asked.command and asked.seat):
            return None
        first = await asyncio.to_thread(self._log.outcome, asked.stream, asked.command.command_id)
        if first is None:
            return None
        if first.member_id != asked.seat.member_id or first.content != asked.command.content:
            raise malformed(
                "This command_id was used before, for another command.",
                "Send each new command with a fresh command_id.",
            )
        events: Sequence[StoredEvent] = ()
        if first.last_version >= first.first_version:
            count = first.last_version - first.first_version + 1
            events = await asyncio.to_thread(self._log.events, UUID(asked.stream), first.first_version - 1, count)
        return Recorded(first.last_version, [each.state for each in events], first_time=False)


def _commit_of(lineage: Lineage, asked: Asked, judged: Judged) -> Commit | None:
    """What has to become durable for a command to be recorded, None when nothing has."""
    outcome, version = None, judged.version
    if asked.command and asked.seat:
        outcome = Outcome(
            asked.stream,
            asked.command.command_id,
            asked.seat.member_id,
            asked.command.content,
            version - len(judged.own) + 1,
            version,
        )
    if not (judged.own or judged.by_clock or outcome or asked.rows):
        return None
    return Commit(lineage, [*judged.by_clock, *judged.own], outcome, asked.rows)
