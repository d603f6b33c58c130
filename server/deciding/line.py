"""How a stream's commands are decided: in flight on the aggregate in memory, or, once another node came first, in turn.

In flight, a command is decided behind those whose commits are still being written. When one of these conflicts, so do
all behind it; they are decided again in the order in which they came, while every other writer waits, so that none can
be overtaken for ever. Until that is done, what comes for the stream queues behind them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from domain.refusals import Code, Refusal
from server.deciding.aggregates import Aggregates, Held
from server.deciding.judging import Case, Judged, Settled, commit_of, is_heavy, judge
from server.faults import Fault, Kept
from server.log.store import Conflict, Lineage, Log, Turn, Writer


@dataclass(slots=True)
class _Line:
    """Who waits for a stream, while its aggregate is loaded or what was overtaken is decided again."""

    waiting: list[Case]
    overtaken: Held | None = None


class Lines:
    """Lives in the event loop; between the last look at an aggregate and the queueing of a commit nothing else runs."""

    def __init__(self, aggregates: Aggregates, log: Log, writer: Writer) -> None:
        self._aggregates, self._log, self._writer = aggregates, log, writer
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
        elif held and not held.lineage.broken and not case.prepare and not is_heavy(held.aggregate, case):
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
            if first := await asyncio.to_thread(self._log.outcome, case.stream, command_id):
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
            if is_heavy(held.aggregate, case):
                await self._decide_in_thread(held, case)
            else:
                self._decide_in_flight(held, case)

    async def _decide_in_thread(self, held: Held, case: Case) -> None:
        """Decide what takes long while the loop goes on; who asks of the stream meanwhile stands in line. Where another
        node's event comes in between, the commit conflicts, and this is decided again."""
        held.judging = True
        try:
            judged = await asyncio.to_thread(judge, held.aggregate, case)
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
            judged = judge(held.aggregate, case)
        except BaseException as error:
            self._aggregates.let_go(case.stream, held)
            _fail([case], Fault(error, Kept.NO))
            return
        self._commit(held, case, judged)

    def _commit(self, held: Held, case: Case, judged: Judged) -> None:
        commit = commit_of(held.lineage, case, judged)
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
                judged = judge(aggregate, case)
                commit = commit_of(Lineage(), case, judged)
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
            case.at = case.act.at
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
