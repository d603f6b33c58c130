"""How a stream's commands are decided: in flight on the aggregate in memory, or, once another node came first, in turn.

In flight, a command is decided behind those whose commits are still being written. When one of these conflicts, so do
all behind it; they are decided again in the order in which they came, while every other writer waits, so that none can
be overtaken for ever. Until that is done, what comes for the stream queues behind them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from eventsourcing.persistence import StoredEvent
from sqlalchemy.sql import Executable

from domain.command import Command
from domain.refusals import Code, Refusal
from domain.rules import Act
from domain.stream import Stream
from projections.shapes import changed_since
from server.deciding.aggregates import Aggregates, Held
from server.faults import Fault, Kept
from server.log.store import Commit, Conflict, Lineage, Outcome, Turn, Writer
from server.seat import Seat

Decide = Callable[[Any, Act | None], None]
"""Lets an aggregate judge; the act is None for the clock."""

MOST_AT_ONCE = 50
"""Terms and proposals that a command may be about to be decided in the loop."""

_tickets = count()


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging a command brought: events of the clock before it, its own, or why it is refused."""

    by_clock: Sequence[StoredEvent]
    own: Sequence[StoredEvent]
    version: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A command whose outcome is durable. newest: the id of the last event that it rests on; first: what the same
    command_id came to before."""

    newest: int
    judged: Judged | None = None
    first: Outcome | None = None


@dataclass(slots=True, eq=False)
class Case:
    """What is asked of a stream, by whom, under which mandates, and the rows beside the log that belong to it.

    prepare: gives the act where other streams have to be asked first; what comes for the stream meanwhile waits."""

    stream: str
    decide: Decide
    act: Act | None = None
    seat: Seat | None = None
    command: Command | None = None
    rows: Sequence[Executable] = ()
    prepare: Callable[[], Awaitable[Act]] | None = None
    ticket: int = field(default_factory=lambda: next(_tickets))
    settled: asyncio.Future[Settled] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def command_id(self) -> str | None:
        return self.command.command_id if self.command else None


@dataclass(slots=True)
class _Line:
    """Who waits for a stream, while its aggregate is loaded or what was overtaken is decided again."""

    waiting: list[Case]
    overtaken: Held | None = None


class Deciding:
    """Lives in the event loop; between the last look at an aggregate and the queueing of a commit nothing else runs."""

    def __init__(self, aggregates: Aggregates, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._aggregates, self._writer, self._clock = aggregates, writer, clock
        self._lines: dict[str, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def settle(self, case: Case) -> Settled:
        """Decide, in the order of asking, and wait until the outcome is durable.

        Raises Refusal only for a stream that does not exist, Fault when the store fails.
        """
        held = self._aggregates.held(case.stream)
        if held and (first := await self._first_outcome(held, case)):
            return first
        held = self._aggregates.held(case.stream)
        if line := self._lines.get(case.stream):
            line.waiting.append(case)
        elif held and not held.lineage.broken and not case.prepare and not self._is_heavy(held, case):
            self._decide_in_flight(held, case)
        else:
            self._stand_in_line(case, held if held and held.lineage.broken else None)
        return await case.settled

    async def _first_outcome(self, held: Held, case: Case) -> Settled | None:
        """What a retry came to the first time. Awaits nothing for a command_id that the stream has not seen."""
        command_id = case.command_id
        while command_id is not None and held.knows(command_id):
            if writing := held.writing.get(command_id):
                await asyncio.wait([writing])
            if first := await asyncio.to_thread(self._aggregates.outcome, case.stream, command_id):
                return Settled(0, first=first)
            if command_id not in held.writing:
                held.forget(command_id)
        return None

    # In line.

    def _stand_in_line(self, case: Case, overtaken: Held | None) -> None:
        """Wait behind all who came earlier; overtaken: the state that another node's commit has made void."""
        if line := self._lines.get(case.stream):
            line.waiting.append(case)
            line.overtaken = overtaken or line.overtaken
            return
        self._lines[case.stream] = line = _Line([case], overtaken)
        task = asyncio.create_task(self._serve(case.stream, line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, stream: str, line: _Line) -> None:
        served: list[Case] = []
        try:
            while line.waiting:
                if line.overtaken and line.overtaken.last:
                    await asyncio.wait([line.overtaken.last])  # what was decided behind it conflicts too, and joins
                if any(case.prepare for case in line.waiting):
                    await _prepare(line)  # and look again: others may have joined meanwhile
                    continue
                line.waiting.sort(key=lambda case: case.ticket)
                served, line.waiting = line.waiting, []
                if line.overtaken:
                    self._aggregates.let_go(stream, line.overtaken)
                    overtaken, line.overtaken = line.overtaken, None
                    await self._decide_in_turn(stream, overtaken, served)
                else:
                    await self._decide_loaded(stream, line, served)
        except BaseException as error:
            _fail([*served, *line.waiting], Fault(error))  # whatever it was: nobody waits for ever
            raise
        finally:
            del self._lines[stream]

    async def _decide_loaded(self, stream: str, line: _Line, served: Sequence[Case]) -> None:
        """Decide in flight once the aggregate is loaded."""
        try:
            held = await self._aggregates.hold(stream)
        except Exception as error:
            _fail(served, Fault(error))  # the command_id was not looked up: an earlier sending may be in the log
            return
        if held is None:
            _fail(served, Refusal(Code.NOT_FOUND))
            return
        for place, case in enumerate(served):
            try:
                first = await self._first_outcome(held, case)
            except Exception as error:
                _fail([case], Fault(error))
                continue
            if first:
                _settle(case, first)
                continue
            if held.lineage.broken:
                line.waiting += served[place:]
                line.overtaken = held
                return
            if self._is_heavy(held, case):
                await self._decide_in_thread(held, case)
            else:
                self._decide_in_flight(held, case)

    async def _decide_in_thread(self, held: Held, case: Case) -> None:
        """Decide what takes long while the loop goes on; who asks of the stream meanwhile stands in line. Where another
        node's event comes in between, the commit conflicts, and this is decided again."""
        held.judging = True
        try:
            judged = await asyncio.to_thread(self._judge, held.aggregate, case)
        except Exception as error:
            self._aggregates.let_go(case.stream, held)
            _fail([case], Fault(error, Kept.NO))
        else:
            self._commit(held, case, judged)
        finally:
            held.judging = False

    # In flight.

    def _decide_in_flight(self, held: Held, case: Case) -> None:
        try:
            judged = self._judge(held.aggregate, case)
        except BaseException as error:
            self._aggregates.let_go(case.stream, held)
            _fail([case], Fault(error, Kept.NO))
            return
        self._commit(held, case, judged)

    def _commit(self, held: Held, case: Case, judged: Judged) -> None:
        commit = _commit_of(held.lineage, case, judged)
        rests_on = held.submit(self._writer, commit, case.command_id) if commit else held.last
        if rests_on is None or (rests_on.done() and not rests_on.exception()):
            _settle(case, Settled(rests_on.result() if rests_on else 0, judged))
        else:
            rests_on.add_done_callback(lambda done: self._reported(held, case, judged, done))

    def _reported(self, held: Held, case: Case, judged: Judged, done: asyncio.Future[int]) -> None:
        error = done.exception()
        if error is None:
            _settle(case, Settled(done.result(), judged))
            return
        self._aggregates.let_go(case.stream, held)
        if isinstance(error, Conflict):
            self._stand_in_line(case, held)
        else:
            _fail([case], Fault(error))

    def _is_heavy(self, held: Held, case: Case) -> bool:
        """Whether deciding may take so long that everybody else would notice."""
        aggregate = held.aggregate
        command = case.command if type(case.command) in aggregate.decisions else None  # else it will be refused
        own = command.weight(aggregate) if command else 0
        return bool(aggregate.deadlines.due(self._at(case)) + own > MOST_AT_ONCE)

    def _at(self, case: Case) -> datetime:
        return case.act.at if case.act else self._clock()

    def _judge(self, aggregate: Stream, case: Case) -> Judged:
        """Let the clock record first, then the aggregate decide; after anything but a Judged it must be let go."""
        aggregate.pass_deadlines(self._at(case))
        by_clock = self._aggregates.collect(aggregate)
        refusal: Refusal | None = None
        try:
            case.decide(aggregate, case.act)
        except Refusal as refused:
            refusal = refused
            if refused.subject:
                refused.changed = changed_since(aggregate, refused.subject)
        own = self._aggregates.collect(aggregate)
        if refusal and own:
            raise AssertionError("a refused command recorded something")
        return Judged(by_clock, own, aggregate.version, refusal)

    # In turn.

    async def _decide_in_turn(self, stream: str, overtaken: Held, served: Sequence[Case]) -> None:
        try:
            aggregate = await asyncio.to_thread(self._aggregates.load, stream)
        except Exception as error:
            _fail(served, Fault(error))
            return
        settled: list[Settled] = []

        def work(turn: Turn) -> int:
            self._aggregates.bring_up_to_date(stream, aggregate, turn)
            overtaken.command_ids |= self._aggregates.command_ids_after(stream, overtaken.seen, turn)
            newest = 0
            for case in served:
                first = turn.outcome(stream, case.command_id) if case.command_id else None
                if first:
                    settled.append(Settled(newest, first=first))
                    continue
                judged = self._judge(aggregate, case)
                commit = _commit_of(Lineage(), case, judged)
                newest = (turn.write(commit) if commit else 0) or newest
                settled.append(Settled(newest, judged))
            return newest

        try:
            await self._writer.in_turn(work)
        except Exception as error:
            _fail(served, Fault(error))
            return
        self._aggregates.keep(stream, Held(aggregate, aggregate.version, command_ids=overtaken.command_ids))
        for case, each in zip(served, settled, strict=True):
            _settle(case, each)


async def _prepare(line: _Line) -> None:
    """Get ready all that wait; what cannot be is told why, and leaves."""

    async def prepare(case: Case) -> None:
        assert case.prepare
        try:
            case.act, case.prepare = await case.prepare(), None
        except Exception as error:
            _fail([case], error if isinstance(error, Refusal) else Fault(error, Kept.NO))
            line.waiting.remove(case)

    await asyncio.gather(*[prepare(case) for case in line.waiting if case.prepare])


def _settle(case: Case, settled: Settled) -> None:
    if not case.settled.done():  # whoever asked may be gone
        case.settled.set_result(settled)


def _fail(cases: Sequence[Case], error: Exception) -> None:
    for each in cases:
        if not each.settled.done():
            each.settled.set_exception(error)


def _commit_of(lineage: Lineage, case: Case, judged: Judged) -> Commit | None:
    """What has to become durable for an outcome to be given, None when nothing has."""
    if judged.refusal:
        return Commit(lineage, judged.by_clock) if judged.by_clock else None
    outcome, version = None, judged.version
    if case.command and case.seat:
        outcome = Outcome(
            case.stream,
            case.command.command_id,
            case.seat.member_id,
            case.command.content,
            version - len(judged.own) + 1,
            version,
        )
    if not (judged.own or judged.by_clock or outcome or case.rows):
        return None
    return Commit(lineage, [*judged.by_clock, *judged.own], outcome, case.rows)
