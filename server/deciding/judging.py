"""A case is judged: the clock records what has passed, then the rules decide, and what was recorded is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.sql import Executable

from domain.command import Command
from domain.events import Event
from domain.refusals import Code, Refusal
from domain.rules import Act
from domain.stream import Stream
from projections.kept import MODELS
from server.log.mapper import CanonicalMapper
from server.log.store import Commit, Lineage, Made, Outcome
from server.seat import Seat

MOST_AT_ONCE = 50
"""Things that a command may be about to be judged in the loop."""

_tickets = count()
_mapper = CanonicalMapper()


RowsFor = Callable[[Sequence[Event], Command | None], Iterable[Executable]]


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging a command brought: events of the clock before it, its own, or why it is refused."""

    by_clock: Sequence[Made]
    own: Sequence[Made]
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
    """A command on a stream of a kind, by whom and under which mandates, with the rows beside the log that belong to
    it; without a command the clock's alone. prepare: gives the act where other streams have to be asked first; clock:
    what the clock records beyond deadlines; rows_for: the rows that belong to what was recorded."""

    stream: str
    at: datetime
    kind: str = ""
    seat: Seat | None = None
    command: Command | None = None
    act: Act | None = None
    rows: Sequence[Executable] = ()
    prepare: Callable[[], Awaitable[Act]] | None = None
    clock: Callable[[Any], None] | None = None
    rows_for: RowsFor = lambda *_: ()
    ticket: int = field(default_factory=lambda: next(_tickets))
    settled: asyncio.Future[Settled] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def command_id(self) -> str | None:
        """The sender's, by which a retry is known; none where the door made the command of what has no id."""
        return self.command.command_id if self.command and self.command.digest else None


def is_heavy(aggregate: Stream, case: Case) -> bool:
    """Whether judging may take so long that everybody else would notice."""
    command = case.command if type(case.command) in aggregate.decisions else None  # else it will be refused
    own = command.weight(aggregate) if command else 0
    return case.clock is not None or aggregate.deadlines.due(case.at) + own > MOST_AT_ONCE


def judge(aggregate: Stream, case: Case) -> Judged:
    """Let the clock record first, then the rules decide; after anything but a Judged the aggregate must be let go."""
    aggregate.pass_deadlines(case.at)
    if case.command and case.act and _is_addressed(aggregate, case):
        aggregate.prepare(case.command, case.act)
    if case.clock:
        aggregate.acting_as_clock(case.at)
        case.clock(aggregate)
    by_clock = recorded_on(aggregate)
    refusal: Refusal | None = None
    try:
        _execute(aggregate, case)
    except Refusal as refused:
        refusal = refused
        if refused.subject:
            model = MODELS.get(aggregate.KIND)
            refused.changed = (
                model.changed(aggregate, refused.subject, case.act.known if case.act else {})
                if model
                else {"version": aggregate.version}
            )
    own = recorded_on(aggregate)
    if refusal and own:
        raise AssertionError("a refused command recorded something")
    return Judged(by_clock, own, aggregate.version, refusal)


def _execute(aggregate: Stream, case: Case) -> None:
    if case.command is None:
        return
    assert case.act
    if not _is_addressed(aggregate, case):
        raise Refusal(Code.NOT_FOUND)
    aggregate.execute(case.command, case.act)


def _is_addressed(aggregate: Stream, case: Case) -> bool:
    """Whether the aggregate is what the command is sent to, and there for its sender."""
    assert case.act
    assert case.seat
    is_there = aggregate.is_for(case.seat.partnership_id, case.act.party, case.act.mandates)
    return case.kind == aggregate.KIND and is_there


def recorded_on(aggregate: Stream) -> list[Made]:
    """What was recorded on an aggregate since the last time, as it will be stored."""
    return [_mapper.to_stored_event(event) for event in aggregate.collect_events()]


def commit_of(lineage: Lineage, case: Case, judged: Judged) -> Commit | None:
    """What has to become durable for an outcome to be given, None when nothing has."""
    rows = list(case.rows_for([each.event for each in (*judged.by_clock, *judged.own)], case.command))
    erases = bool(rows)
    if judged.refusal:
        return Commit(lineage, judged.by_clock, rows=rows, erases=erases) if judged.by_clock else None
    outcome, version = None, judged.version
    if case.command and case.seat and case.command_id:
        first = version - len(judged.own) + 1
        content = case.command.digest
        outcome = Outcome(case.stream, case.command_id, case.seat.member_id, content, first, version)
    if not (judged.own or judged.by_clock or outcome or case.rows):
        return None
    return Commit(lineage, [*judged.by_clock, *judged.own], outcome, [*case.rows, *rows], erases)
