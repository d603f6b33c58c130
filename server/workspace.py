"""The application service: authorises the member, loads the aggregate, lets it decide, and waits until that is durable.

No outcome, refusals included, leaves before the batch that it rests on is durable; if that batch fails, the aggregate
is loaded again and the command is decided anew.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from sqlalchemy.sql import Executable
from uuid6 import uuid7

from domain.agreement import Agreement
from domain.commands import AGREEMENT_COMMANDS, PARTNERSHIP_COMMANDS, Command, read_command
from domain.ids import PartnershipId
from domain.partnership import Member, Partnership
from domain.refusals import Code, Refusal, malformed
from domain.rules import Act
from domain.times import written
from projections.current_terms import term_row
from projections.open_proposals import proposal_row
from server.identity import Seat
from server.mapper import CanonicalMapper
from server.shapes import proposal_shape, term_shape
from server.store import Commit, Conflict, Lineage, Log, Outcome, Writer

MOST_HELD = 512
"""Aggregates kept in memory."""
MOST_TRIES = 20
"""How often a command is decided again when others come first."""

A = TypeVar("A", Agreement, Partnership)


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


@dataclass(slots=True)
class Held:
    """An aggregate in memory. seen: the version up to which it was read from the log; pending: the events beyond it,
    as they were handed to the writer; last: the last commit that was decided on it."""

    aggregate: Any
    seen: int
    lineage: Lineage = field(default_factory=Lineage)
    pending: deque[bytes] = field(default_factory=deque)
    last: asyncio.Future[int] | None = None

    def submit(self, writer: Writer, commit: Commit) -> asyncio.Future[int]:
        """Hand what was decided to the writer."""
        self.pending.extend(event.state for event in commit.events)
        self.last = writer.submit(commit)
        return self.last


def new_id() -> str:
    """A fresh id, ordered by time."""
    return str(uuid7())


class Workspace:
    """Runs in the event loop; between loading and queueing a command nothing else is decided."""

    def __init__(self, log: Log, writer: Writer, passed: Callable[[int], Any], clock: Callable[[], datetime]) -> None:
        """passed: awaits until this node has seen the event with an id, as every other node does."""
        self._log, self._writer, self._passed, self.clock = log, writer, passed, clock
        self._mapper = CanonicalMapper()
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Held | None]] = {}
        self._arrived: dict[str, int] = {}
        self._seen: dict[str, Partnership] = {}

    # What a member asks for.

    async def on_agreement(self, seat: Seat, agreement_id: str, raw: Any) -> Recorded:
        """Judge a command on an agreement; raises Refusal or Fault."""
        command = read_command(raw, AGREEMENT_COMMANDS, new_id)
        await self._refuse_observers(seat)

        def decide(agreement: Agreement) -> None:
            if agreement.partnership_id != seat.partnership_id:
                raise Refusal(Code.NOT_FOUND)
            agreement.execute(command, self._act(seat))

        return await self._decide(agreement_id, decide, seat, command)

    async def on_partnership(self, seat: Seat, partnership_id: str, raw: Any, known_terms: Sequence[str]) -> Recorded:
        """Judge a command on a partnership; known_terms: every term of its agreements as of now."""
        command = read_command(raw, PARTNERSHIP_COMMANDS, new_id)
        await self._refuse_observers(seat)
        if partnership_id != seat.partnership_id:
            raise Refusal(Code.NOT_FOUND)

        def decide(partnership: Partnership) -> None:
            partnership.known_terms = known_terms  # type: ignore[assignment]
            partnership.execute(command, self._act(seat))

        return await self._decide(partnership_id, decide, seat, command)

    async def admit(
        self, seat: Seat, admit: Callable[[Partnership, Act, str], None], rows: Sequence[Executable]
    ) -> Recorded:
        """Admit a member, with the rows that hold the person's name and access."""
        await self._refuse_observers(seat)

        def decide(partnership: Partnership) -> None:
            admit(partnership, self._act(seat), new_id())

        return await self._decide(seat.partnership_id, decide, seat, rows=rows)

    async def found(self, stream: str, aggregate: Agreement | Partnership, rows: Sequence[Executable] = ()) -> Recorded:
        """Make the first events of a new stream durable."""
        stored = [self._mapper.to_stored_event(event) for event in aggregate.collect_events()]
        held = Held(aggregate, 0)
        self._keep(stream, held)
        await self._durable(stream, held, held.submit(self._writer, Commit(held.lineage, stored, rows=rows)))
        return Recorded(stored[-1].originator_version, [each.state for each in stored])

    async def keep(self, rows: Sequence[Executable]) -> None:
        """Write rows beside the log."""
        await self._writer.submit(Commit(Lineage(), rows=rows))

    async def act_of(self, seat: Seat) -> Act:
        """Who acts, with the mandates that this node has applied."""
        await self._refuse_observers(seat)
        return self._act(seat)

    async def member(self, seat: Seat) -> Member:
        """The member as this node has applied the partnership; `not_found` when there is none such."""
        partnership = await self.partnership(seat.partnership_id)
        if seat.member_id not in partnership.members:
            raise Refusal(Code.NOT_FOUND)
        return partnership.members[seat.member_id]

    async def partnership(self, partnership_id: PartnershipId) -> Partnership:
        """The partnership as this node has applied it; `not_found` when there is none such."""
        return self.known_partnership(partnership_id)

    def known_partnership(self, partnership_id: PartnershipId) -> Partnership:
        """As `partnership`, for callers that cannot wait."""
        if partnership_id not in self._seen:
            loaded = self.load(partnership_id)
            if not isinstance(loaded, Partnership):
                raise Refusal(Code.NOT_FOUND)
            self._seen[partnership_id] = loaded
        return self._seen[partnership_id]

    async def partnership_of(self, agreement_id: str) -> PartnershipId | None:
        """The partnership that an agreement belongs to, None when there is no such agreement."""
        held = await self._hold(agreement_id)
        return held.aggregate.partnership_id if held and isinstance(held.aggregate, Agreement) else None

    async def let_clock_record(self, agreement_id: str) -> None:
        """Let the clock record deadlines that have passed, before anybody reads."""
        held = await self._hold(agreement_id)
        if held is None or not isinstance(held.aggregate, Agreement):
            return
        due = held.aggregate.deadlines.next()
        if due and due[0] <= _text(self.clock()):
            await self._decide(agreement_id, lambda _: None, None)

    def load(self, stream: str, up_to: int | None = None) -> Any:
        """An aggregate folded from the log, None when the stream is empty or its id none."""
        try:
            stream_id = UUID(stream)
        except ValueError:
            return None
        aggregate: Any = None
        for stored in self._log.events(stream_id, limit=up_to):
            aggregate = self._mapper.to_domain_event(stored).mutate(aggregate)
        return aggregate

    def see(self, notification: Notification) -> None:
        """Take over an event from the tail: the own ones are known, those of other nodes are applied."""
        stream, version = str(notification.originator_id), notification.originator_version
        partnership = self._seen.get(stream)
        if partnership and version == partnership.version + 1:
            self._mapper.to_domain_event(notification).mutate(partnership)
        if stream in self._loading:
            self._arrived[stream] = version
        held = self._held.get(stream)
        if held and version > held.seen:
            self._see(stream, held, notification)

    def _see(self, stream: str, held: Held, notification: Notification) -> None:
        if notification.originator_version != held.seen + 1:
            self._let_go(stream, held)
        elif not held.pending:
            self._mapper.to_domain_event(notification).mutate(held.aggregate)
        elif held.pending.popleft() != notification.state:
            self._let_go(stream, held)  # another node came first, so what was decided here conflicts
        held.seen = notification.originator_version

    # How it is decided.

    async def _refuse_observers(self, seat: Seat) -> None:
        if (await self.member(seat)).observer:
            raise Refusal(Code.OBSERVER_READ_ONLY)

    def _act(self, seat: Seat) -> Act:
        partnership = self._seen[seat.partnership_id]
        member = partnership.members[seat.member_id]
        return Act(member.party_id, member.member_id, dict(member.mandates), partnership.version, self.clock())

    async def _decide(
        self,
        stream: str,
        decide: Callable[[Any], None],
        seat: Seat | None,
        command: Command | None = None,
        rows: Sequence[Executable] = (),
    ) -> Recorded:
        for _ in range(MOST_TRIES):
            held = await self._hold(stream)
            if held is None:
                raise Refusal(Code.NOT_FOUND)
            try:
                return await self._decide_once(stream, held, decide, seat, command, rows)
            except Conflict:
                self._let_go(stream, held)
                if command and seat and (first := await self._first_outcome(stream, seat, command)):
                    return first
        raise Fault(Conflict(f"{MOST_TRIES} times another commit came first"))

    async def _decide_once(
        self,
        stream: str,
        held: Held,
        decide: Callable[[Any], None],
        seat: Seat | None,
        command: Command | None,
        rows: Sequence[Executable],
    ) -> Recorded:
        aggregate = held.aggregate
        if isinstance(aggregate, Agreement):
            aggregate.pass_deadlines(self.clock())
        by_clock = self._collect(aggregate)
        refusal: Refusal | None = None
        try:
            decide(aggregate)
        except Refusal as refused:
            refusal = self._with_change(refused, aggregate)
        except BaseException:
            self._let_go(stream, held)
            raise
        own = self._collect(aggregate)
        if refusal:
            if own:
                self._let_go(stream, held)
                raise Fault(AssertionError("a refused command recorded something"))
            if by_clock:
                held.submit(self._writer, Commit(held.lineage, by_clock))
            if held.last:
                await self._durable(stream, held, held.last)
            if command and seat and (first := await self._first_outcome(stream, seat, command)):
                return first
            raise refusal
        version = aggregate.version
        outcome = None
        if command and seat:
            outcome = Outcome(
                stream, command.command_id, seat.member_id, command.content, version - len(own) + 1, version
            )
        if own or by_clock or outcome or rows:
            commit = Commit(held.lineage, [*by_clock, *own], outcome, rows)
            await self._durable(stream, held, held.submit(self._writer, commit))
        return Recorded(version, [each.state for each in own])

    def _collect(self, aggregate: Any) -> list[StoredEvent]:
        return [self._mapper.to_stored_event(event) for event in aggregate.collect_events()]

    def _with_change(self, refusal: Refusal, aggregate: Any) -> Refusal:
        if refusal.subject and isinstance(aggregate, Agreement):
            refusal.changed = changed_since(aggregate, refusal.subject.kind, refusal.subject.id)
        return refusal

    async def _durable(self, stream: str, held: Held, last: asyncio.Future[int]) -> None:
        try:
            newest = await asyncio.shield(last)
        except Conflict:
            raise
        except Exception as error:
            self._let_go(stream, held)
            raise Fault(error) from error
        await self._passed(newest)

    async def _first_outcome(self, stream: str, seat: Seat, command: Command) -> Recorded | None:
        """The outcome that a command_id already had, None when it is new."""
        first = await asyncio.to_thread(self._log.outcome, stream, command.command_id)
        if first is None:
            return None
        if first.member_id != seat.member_id or first.content != command.content:
            raise malformed(
                "This command_id was used before, for another command.",
                "Send each new command with a fresh command_id.",
            )
        events: Sequence[StoredEvent] = ()
        if first.last_version >= first.first_version:
            count = first.last_version - first.first_version + 1
            events = await asyncio.to_thread(self._log.events, UUID(stream), first.first_version - 1, count)
        return Recorded(first.last_version, [each.state for each in events], first_time=False)

    async def _hold(self, stream: str) -> Held | None:
        if stream in self._held:
            self._held.move_to_end(stream)
            return self._held[stream]
        if stream not in self._loading:
            self._loading[stream] = asyncio.create_task(self._load_to_hold(stream))
        return await asyncio.shield(self._loading[stream])

    async def _load_to_hold(self, stream: str) -> Held | None:
        try:
            aggregate = await asyncio.to_thread(self.load, stream)
            if aggregate is None:
                return None
            while self._arrived.pop(stream, 0) > aggregate.version:
                aggregate = await asyncio.to_thread(self.load, stream)
            held = Held(aggregate, aggregate.version)
            self._keep(stream, held)
            return held
        finally:
            del self._loading[stream]

    def _keep(self, stream: str, held: Held) -> None:
        self._held[stream] = held
        while len(self._held) > MOST_HELD:
            oldest = next(iter(self._held))
            last = self._held[oldest].last
            if last and not last.done():
                break
            del self._held[oldest]

    def _let_go(self, stream: str, held: Held) -> None:
        held.lineage.broken = True
        if self._held.get(stream) is held:
            del self._held[stream]


def changed_since(agreement: Agreement, kind: str, key: str) -> dict[str, Any]:
    """What a stale view is shown: the version, the fingerprint, and the proposal or term as it is now."""
    changed: dict[str, Any] = {"version": agreement.version}
    if kind == "proposal":
        row = proposal_row(agreement, key)
        assert row
        return changed | {"fingerprint": row.body["fingerprint"], "proposal": proposal_shape(row.body)}
    changed["fingerprint"] = agreement.text_fingerprint()
    if kind == "term" and (term := term_row(agreement, key)):
        place = {term_id: number for number, term_id in enumerate(agreement.text)}
        changed["term"] = term_shape(term.body, place.get(key, 0))  # type: ignore[call-overload]
    return changed


def _text(moment: datetime) -> str:
    return written(moment)
