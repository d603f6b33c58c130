"""Aggregates in memory, kept up with the log: those that commands are decided on, and partnerships as applied here."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification

from domain.events import Event
from domain.ids import PartnershipId, is_id, text_of
from domain.partnership import Partnership
from domain.refusals import Code, Refusal
from domain.stream import Stream
from server.log.mapper import CanonicalMapper
from server.log.store import NEWEST, Commit, Lineage, Log, Turn, Writer

MOST_HELD = 512
"""Aggregates kept in memory."""


@dataclass(slots=True)
class Held:
    """An aggregate in memory. seen: the version up to which it was read from the log; pending: the events beyond it,
    as they were handed to the writer; last: the last commit that was decided on it; writing: commits on their way, by
    command_id; judging: a thread decides on it."""

    aggregate: Stream
    seen: int
    lineage: Lineage = field(default_factory=Lineage)
    pending: deque[bytes] = field(default_factory=deque)
    last: asyncio.Future[int] | None = None
    writing: dict[str, asyncio.Future[int]] = field(default_factory=dict)
    judging: bool = False
    command_ids: set[int] = field(default_factory=set)
    """Hashes of the command_ids that the stream has seen: a few bytes each, so that a new command costs no look-up."""

    def submit(self, writer: Writer, commit: Commit, command_id: str | None) -> asyncio.Future[int]:
        """Hand what was decided to the writer."""
        self.pending.extend(event.state for event in commit.events)
        self.last = done = writer.submit(commit)
        if command_id is not None:
            self.command_ids.add(hash(command_id))
            self.writing[command_id] = done
            done.add_done_callback(lambda _: self.writing.pop(command_id, None))
        return done

    def knows(self, command_id: str) -> bool:
        """Whether the stream may have seen a command_id; a few others look the same."""
        return hash(command_id) in self.command_ids

    def forget(self, command_id: str) -> None:
        self.command_ids.discard(hash(command_id))


def runs_of(versions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of versions that follow each other."""
    first = last = 0
    for each in versions:
        if first and each != last + 1:
            yield first, last
            first = 0
        first, last = first or each, each
    if first:
        yield first, last


class Aggregates:
    """Lives in the event loop, but for `load` and `bring_up_to_date`, which any thread may call."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._mapper = CanonicalMapper()
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Held | None]] = {}
        self._arrived: dict[str, int] = {}
        self._applied: dict[str, Partnership] = {}
        self._applying: dict[str, asyncio.Task[None]] = {}
        self._arrived_meanwhile: dict[str, int] = {}

    def held(self, stream: str) -> Held | None:
        """The aggregate, if it is in memory."""
        if stream in self._held:
            self._held.move_to_end(stream)
        return self._held.get(stream)

    async def hold(self, stream: str) -> Held | None:
        """The aggregate to decide on, None when the stream is empty."""
        if stream in self._held:
            self._held.move_to_end(stream)
            return self._held[stream]
        if stream not in self._loading:
            self._loading[stream] = asyncio.create_task(self._load_to_hold(stream))
        return await asyncio.shield(self._loading[stream])

    def keep(self, stream: str, held: Held) -> None:
        """Hold an aggregate, and let go of the one that was used longest ago."""
        self._held[stream] = held
        while len(self._held) > MOST_HELD:
            oldest = next(iter(self._held))
            last = self._held[oldest].last
            if self._held[oldest].judging or (last and not last.done()):
                break
            del self._held[oldest]

    def let_go(self, stream: str, held: Held) -> None:
        """Drop an aggregate whose state is not, or may not be, what the log says."""
        held.lineage.broken = True
        if self._held.get(stream) is held:
            del self._held[stream]

    def applied(self, partnership_id: PartnershipId) -> Partnership:
        """The partnership as this node has applied it from the log, once `apply` was awaited; else `not_found`."""
        if partnership_id not in self._applied:
            raise Refusal(Code.NOT_FOUND)
        return self._applied[partnership_id]

    async def apply(self, partnership_id: PartnershipId) -> None:
        """Read a partnership from the log, and keep it up from now on; nothing when there is none such."""
        if partnership_id in self._applied:
            return
        if partnership_id not in self._applying:
            self._applying[partnership_id] = asyncio.create_task(self._load_to_apply(partnership_id))
        await asyncio.shield(self._applying[partnership_id])

    async def _load_to_apply(self, partnership_id: PartnershipId) -> None:
        try:
            loaded = await asyncio.to_thread(self.load, partnership_id)
            if not isinstance(loaded, Partnership):
                return
            while self._arrived_meanwhile.get(partnership_id, 0) > loaded.version:
                await asyncio.to_thread(self.bring_up_to_date, partnership_id, loaded, self._log)
            self._applied[partnership_id] = loaded
        finally:
            self._arrived_meanwhile.pop(partnership_id, None)
            del self._applying[partnership_id]

    def load(self, stream: str, up_to: int = NEWEST) -> Any:
        """An aggregate folded from the log, None when the stream is empty or its id none."""
        if not is_id(stream):
            return None
        aggregate: Any = None
        for stored in self._log.events(UUID(stream), up_to=up_to):
            aggregate = self._mapper.to_domain_event(stored).mutate(aggregate)
        return aggregate

    def bring_up_to_date(self, stream: str, aggregate: Any, log: Log | Turn) -> None:
        """Apply what the log has beyond the aggregate's version."""
        for stored in log.events(UUID(stream), aggregate.version):
            self._mapper.to_domain_event(stored).mutate(aggregate)

    def command_ids_after(self, stream: str, version: int, log: Log | Turn) -> set[int]:
        """Hashes of the command_ids of later events."""
        return {hash(self._mapper.to_domain_event(each).command_id) for each in log.events(UUID(stream), version)}

    def events(self, stream: str, versions: Sequence[int]) -> list[Event]:
        """The events of a stream at some versions, which rise."""
        found: list[Event] = []
        for first, last in runs_of(versions):
            stored = self._log.events(UUID(stream), first - 1, up_to=last)
            found += [self._mapper.to_domain_event(each) for each in stored]
        return found

    def see(self, page: Sequence[Notification]) -> None:
        """Take over events from the tail: the own ones are known, those of other nodes are applied."""
        for notification in page:
            self._see_one(notification)

    def _see_one(self, notification: Notification) -> None:
        stream, version = text_of(notification.originator_id), notification.originator_version
        partnership = self._applied.get(stream)
        if partnership and version == partnership.version + 1:
            self._mapper.to_domain_event(notification).mutate(partnership)
        if stream in self._applying:
            self._arrived_meanwhile[stream] = version
        if stream in self._loading:
            self._arrived[stream] = version
        held = self._held.get(stream)
        if held and version > held.seen and not held.lineage.broken:
            self._see(held, notification)

    def _see(self, held: Held, notification: Notification) -> None:
        """Once another node came first, what was decided here conflicts: it stays until that has been reported."""
        if notification.originator_version != held.seen + 1 or (held.judging and not held.pending):
            held.lineage.broken = True
            return
        if not held.pending:
            event = self._mapper.to_domain_event(notification)
            event.mutate(held.aggregate)
            held.command_ids.add(hash(event.command_id))
        elif held.pending.popleft() != notification.state:
            held.lineage.broken = True
            return
        held.seen = notification.originator_version

    async def _load_to_hold(self, stream: str) -> Held | None:
        try:
            aggregate = await asyncio.to_thread(self.load, stream)
            if aggregate is None:
                return None
            command_ids = set(map(hash, await asyncio.to_thread(self._log.command_ids, stream)))
            while self._arrived.pop(stream, 0) > aggregate.version:
                await asyncio.to_thread(self.bring_up_to_date, stream, aggregate, self._log)
                command_ids |= set(map(hash, await asyncio.to_thread(self._log.command_ids, stream)))
            held = Held(aggregate, aggregate.version, command_ids=command_ids)
            self.keep(stream, held)
            return held
        finally:
            del self._loading[stream]
