"""The application service: authorises the member, lets the aggregate decide, and answers once that is durable.

No outcome, refusals included, leaves before the batch that it rests on is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from sqlalchemy.sql import Executable

from domain.command import Command, read_command
from domain.ids import PartnershipId
from domain.partnership import Partnership
from domain.refusals import Code, Refusal, malformed
from domain.relationship import Member
from domain.rules import Act
from domain.stream import Stream
from domain.streams import STREAMS
from domain.times import written
from server.deciding.aggregates import Aggregates, Held
from server.deciding.judging import MOST_AT_ONCE, Case, RowsFor, recorded_on
from server.deciding.line import Lines
from server.faults import Fault, Kept
from server.log.store import Commit, Conflict, Lineage, Log, Outcome, Writer
from server.seat import Seat
from server.sources import fresh_salt, new_id
from server.together import Together

TOLD_BY_PARTNERSHIP: Mapping[str, Callable[[Partnership], Any]] = {
    "needs": lambda partnership: partnership.known_needs(),
    "principles": lambda partnership: partnership.adopted_principles(),
}
"""What commands ask of their partnership, by name (Command.asks): as of the version at which mandates are read."""

Fact = Callable[[PartnershipId, Command | None], Awaitable[Any]]
"""Tells what a command asks of a partnership's other streams."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command's outcome: the version of the last event it caused, and those events as stored."""

    version: int
    events: Sequence[bytes]
    first_time: bool = True


@dataclass(frozen=True, slots=True)
class Founded:
    """The command that founds a stream, by whom, and a hash of what it says."""

    command_id: str
    member_id: str
    content: str


class Workspace:
    """Runs in the event loop."""

    def __init__(
        self,
        log: Log,
        writer: Writer,
        passed: Callable[[int], Any],
        clock: Callable[[], datetime],
        most_items: int,
        facts: Mapping[str, Fact],
        rows_for: RowsFor,
    ) -> None:
        """passed: awaits until this node has seen the event with an id, as every other node does; most_items: how many
        things a command may list; facts: what commands ask of other streams, by name (Command.asks), beside what the
        partnership itself tells; rows_for: the rows that belong to what was recorded."""
        self._log, self._writer, self._passed, self.clock = log, writer, passed, clock
        self._most_items, self._facts, self._rows_for = most_items, facts, rows_for
        self.aggregates = Aggregates(log)
        self._lines = Lines(self.aggregates, log, writer)
        self._version = Together(self._read_version)

    # What a member asks for.

    async def on(self, kind: str, seat: Seat, stream: str, raw: Any) -> Recorded:
        """Judge a command on a stream of a kind; raises Refusal or Fault."""
        if STREAMS[kind].IS_PRIVATE:
            await self.refuse_foreign(seat, kind, stream)
        command = await self._read(raw, STREAMS[kind].commands)
        return await self._on_all_that_stands(seat, stream, lambda: self._ask(kind, seat, stream, command))

    async def take(
        self, kind: str, seat: Seat, stream: str, command: Command, rows: Sequence[Executable] = ()
    ) -> Recorded:
        """Judge a command that a door has made, with the rows beside the log that belong to it."""
        return await self._on_all_that_stands(seat, stream, lambda: self._ask(kind, seat, stream, command, rows))

    async def _ask(
        self, kind: str, seat: Seat, stream: str, command: Command, rows: Sequence[Executable] = ()
    ) -> Recorded:
        await self._refuse_observer(seat, stream, command)
        case = Case(stream, self.clock(), kind, seat, command, rows=rows, rows_for=self._rows_for)
        asks = command.asks()
        if self._facts.keys().isdisjoint(asks):
            case.act = self._act(seat, case.at, asks)
        else:
            case.prepare = lambda: self._act_knowing(seat, asks, command)
        return await self._decide(case)

    async def found(
        self, stream: str, aggregate: Stream, rows: Sequence[Executable] = (), first: Founded | None = None
    ) -> Recorded:
        """Make the first events of a new stream durable; first: by which command, so that it founds one alone."""
        stored = await asyncio.to_thread(recorded_on, aggregate)
        outcome = None
        if first:
            outcome = Outcome(stream, first.command_id, first.member_id, first.content, 1, len(stored))
        held = Held(aggregate, 0)
        if first and (before := self.aggregates.held(stream)):
            if before.last:
                await asyncio.wait([before.last])
            return await self._founded_before(stream, first)
        self.aggregates.keep(stream, held)
        try:
            newest = await held.submit(self._writer, Commit(held.lineage, stored, outcome, rows), None)
        except Conflict as error:
            self.aggregates.let_go(stream, held)
            if first is None:
                raise Fault(error) from error
            return await self._founded_before(stream, first)
        except Exception as error:
            self.aggregates.let_go(stream, held)
            raise Fault(error) from error
        with _kept():
            await self._passed(newest)
        return Recorded(stored[-1].originator_version, [each.state for each in stored])

    async def is_founded(self, stream: str, first: Founded) -> bool:
        """Whether a command has founded a stream before; with other content it is `malformed`."""
        found = await asyncio.to_thread(self._log.outcome, stream, first.command_id)
        if found and (found.member_id, found.content) != (first.member_id, first.content):
            raise _used_before()
        return found is not None

    async def _founded_before(self, stream: str, first: Founded) -> Recorded:
        if not await self.is_founded(stream, first):
            raise Fault(AssertionError("a stream stands there that this command has not founded"))
        return Recorded(await asyncio.to_thread(self._log.version, UUID(stream)), (), first_time=False)

    async def keep(self, rows: Sequence[Executable]) -> None:
        """Write rows beside the log."""
        await self._writer.submit(Commit(Lineage(), rows=rows))

    async def act_of(self, seat: Seat) -> Act:
        """Who acts, with the mandates that this node has applied."""
        await self.aggregates.apply(seat.partnership_id)
        self.refuse_observers(seat)
        return self._act(seat, self.clock())

    def refuse_observers(self, seat: Seat) -> None:
        if self.member(seat).observer:
            raise Refusal(Code.OBSERVER_READ_ONLY)

    def member(self, seat: Seat) -> Member:
        """The member as this node has applied the partnership; `not_found` when there is none such."""
        partnership = self.partnership(seat.partnership_id)
        if seat.member_id not in partnership.members:
            raise Refusal(Code.NOT_FOUND)
        return partnership.members[seat.member_id]

    def partnership(self, partnership_id: PartnershipId) -> Partnership:
        """The partnership as this node has applied it, once `aggregates.apply` was awaited; else `not_found`."""
        return self.aggregates.applied(partnership_id)

    async def refuse_foreign(self, seat: Seat, kind: str, stream: str) -> None:
        """`not_found` for a stream that is no such one, or is not there for the asker."""
        held = await self.aggregates.hold(stream)
        aggregate = held.aggregate if held else None
        if aggregate is None or kind != aggregate.KIND:
            raise Refusal(Code.NOT_FOUND)
        member = self.member(seat)
        if not aggregate.is_for(seat.partnership_id, member.party_id, member.mandates):
            raise Refusal(Code.NOT_FOUND)

    async def newest_version(self, stream: str) -> int:
        """The version of a stream's newest event, whichever node recorded it."""
        held = await self.aggregates.hold(stream)
        if held is None or held.lineage.broken or self._log.is_shared:
            return await self._version.ask(stream)
        return held.seen

    async def _read_version(self, stream: str) -> int:
        return await asyncio.to_thread(self._log.version, UUID(stream))

    async def let_clock_record(self, stream: str) -> None:
        """Let the clock record deadlines that have passed, and wait for what is on its way, before anybody reads."""
        held = await self.aggregates.hold(stream)
        if held is None:
            return
        on_its_way = held.judging or held.lineage.broken or (held.last is not None and not held.last.done())
        due = None if on_its_way else held.aggregate.deadlines.next()
        if on_its_way or (due and due.until <= written(self.clock())):
            await self._decide(Case(stream, self.clock(), rows_for=self._rows_for))

    async def let_clock_say(self, stream: str, what: Callable[[Any], None]) -> None:
        """Let the clock record what a function records on a stream."""
        await self._decide(Case(stream, self.clock(), clock=what, rows_for=self._rows_for))

    # How it is decided.

    async def _read(self, raw: Any, known: dict[str, type[Command]]) -> Command:
        """The command, read in a thread when there is much in it; `too_large` where there is more than may be."""
        longest, _ = _lists(raw)
        if longest > self._most_items:
            raise Refusal(
                Code.TOO_LARGE,
                f"This lists {longest} things; at most {self._most_items} are taken at once (ONETEXT_PACKAGE_ITEMS).",
                "Split it into several.",
            )
        if is_long(raw):
            return await asyncio.to_thread(read_command, raw, known, new_id, fresh_salt)
        return read_command(raw, known, new_id, fresh_salt)

    async def _on_all_that_stands(self, seat: Seat, stream: str, ask: Callable[[], Awaitable[Recorded]]) -> Recorded:
        """What is refused here may be right since another node's commit that has not arrived: then it is asked again,
        once everything has that was recorded before."""
        await self.aggregates.apply(seat.partnership_id)
        if not self._log.is_shared:
            return await ask()
        before = self._versions(seat, stream)
        try:
            return await ask()
        except Refusal:
            await self._passed(await asyncio.to_thread(self._log.newest))
            if self._versions(seat, stream) == before:
                raise
        return await ask()

    def _versions(self, seat: Seat, stream: str) -> tuple[int, int]:
        """What this node knows of what a command is judged on: the member's mandates, and the aggregate."""
        held = self.aggregates.held(stream)
        return self.partnership(seat.partnership_id).version, held.aggregate.version if held else 0

    def _act(self, seat: Seat, at: datetime, asks: Sequence[str] = (), known: Mapping[str, Any] | None = None) -> Act:
        """The act, with what the partnership tells as of the version at which the mandates are read."""
        partnership, member = self.partnership(seat.partnership_id), self.member(seat)
        told = {name: tell(partnership) for name, tell in TOLD_BY_PARTNERSHIP.items() if name in asks} if asks else {}
        known = {**told, **(known or {})}
        return Act(member.party_id, member.member_id, dict(member.mandates), partnership.version, at, known)

    async def _act_knowing(self, seat: Seat, asks: Sequence[str], command: Command | None = None) -> Act:
        """The act, once other streams were asked; the mandates are those of then."""
        known = {name: await self._facts[name](seat.partnership_id, command) for name in asks if name in self._facts}
        return self._act(seat, self.clock(), asks, known)

    async def _refuse_observer(self, seat: Seat, stream: str, command: Command) -> None:
        """Also an observer is told first that a command_id is another member's."""
        if self.member(seat).observer:
            if first := await asyncio.to_thread(self._log.outcome, stream, command.command_id):
                _refuse_another(first, seat, command)
            raise Refusal(Code.OBSERVER_READ_ONLY)

    async def _decide(self, case: Case) -> Recorded:
        settled = await self._lines.settle(case)
        if settled.first:
            return await self._as_first(case, settled.first)
        judged = settled.judged
        assert judged
        if judged.refusal:
            await self._passed(settled.newest)
            return await self._refused(case, judged.refusal)
        with _kept():
            await self._passed(settled.newest)
        return Recorded(judged.version, [each.state for each in judged.own])

    async def _refused(self, case: Case, refusal: Refusal) -> Recorded:
        """The first outcome, when this retries what another node recorded unseen by this one; else the refusal."""
        if case.command_id is not None:
            first = await asyncio.to_thread(self._log.outcome, case.stream, case.command_id)
            if first:
                return await self._as_first(case, first)
        raise refusal

    async def _as_first(self, case: Case, first: Outcome) -> Recorded:
        assert case.command and case.seat
        _refuse_another(first, case.seat, case.command)
        events: Sequence[StoredEvent] = ()
        if first.last_version >= first.first_version:
            stream, after = UUID(case.stream), first.first_version - 1
            with _kept():
                events = await asyncio.to_thread(self._log.events, stream, after, up_to=first.last_version)
        return Recorded(first.last_version, [each.state for each in events], first_time=False)


def is_long(raw: Any) -> bool:
    """Whether a command lists so much that a thread reads it."""
    return _lists(raw)[1] > MOST_AT_ONCE


def _lists(raw: Any) -> tuple[int, int]:
    """How many things the longest list in a command has, and all of them together."""
    longest = listed = 0
    rest = [raw]
    while rest:
        each = rest.pop()
        if isinstance(each, list):
            longest, listed = max(longest, len(each)), listed + len(each)
            rest += each
        elif isinstance(each, dict):
            rest += each.values()
    return longest, listed


@contextmanager
def _kept() -> Iterator[None]:
    """What goes wrong now comes after the commit."""
    try:
        yield
    except Exception as error:
        raise Fault(error, Kept.YES) from error


def _refuse_another(first: Outcome, seat: Seat, command: Command) -> None:
    if first.member_id != seat.member_id or first.content != command.digest:
        raise _used_before()


def _used_before() -> Refusal:
    return malformed(
        "This command_id was used before, for another command.", "Send each new command with a fresh command_id."
    )
