"""Aggregates in memory, kept up with the log: those that commands are decided on, and partnerships as applied here."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from domain.ids import PartnershipId
from domain.partnership import Partnership
from domain.refusals import Code, Refusal
from server.mapper import CanonicalMapper
from server.store import Commit, Lineage, Log, Writer

MOST_HELD = 512
"""Aggregates kept in memory."""


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


class Aggregates:
    """Lives in the event loop, but for `load` and `bring_up_to_date`, which any thread may call."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._mapper = CanonicalMapper()
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Held | None]] = {}
        self._arrived: dict[str, int] = {}
        self._applied: dict[str, Partnership] = {}

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
            if last and not last.done():
                break
            del self._held[oldest]

    def let_go(self, stream: str, held: Held) -> None:
        """Drop an aggregate whose state is not, or may not be, what the log says."""
        held.lineage.broken = True
        if self._held.get(stream) is held:
            del self._held[stream]

    def applied(self, partnership_id: PartnershipId) -> Partnership:
        """The partnership as this node has applied it from the log; `not_found` when there is none such."""
        if partnership_id not in self._applied:
            loaded = self.load(partnership_id)
            if not isinstance(loaded, Partnership):
                raise Refusal(Code.NOT_FOUND)
            self._applied[partnership_id] = loaded
        return self._applied[partnership_id]

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

    def bring_up_to_date(self, stream: str, aggregate: Any) -> None:
        """Apply what the log has beyond the aggregate's version."""
        for stored in self._log.events(UUID(stream), after=aggregate.version):
            self._mapper.to_domain_event(stored).mutate(aggregate)

    def collect(self, aggregate: Any) -> list[StoredEvent]:
        """What was recorded on an aggregate since the last time, as it will be stored."""
        return [self._mapper.to_stored_event(event) for event in aggregate.collect_events()]

    def see(self, notification: Notification) -> None:
        """Take over an event from the tail: the own ones are known, those of other nodes are applied."""
        stream, version = str(notification.originator_id), notification.originator_version
        partnership = self._applied.get(stream)
        if partnership and version == partnership.version + 1:
            self._mapper.to_domain_event(notification).mutate(partnership)
        if stream in self._loading:
            self._arrived[stream] = version
        held = self._held.get(stream)
        if held and version > held.seen:
            self._see(stream, held, notification)

    def _see(self, stream: str, held: Held, notification: Notification) -> None:
        if notification.originator_version != held.seen + 1:
            self.let_go(stream, held)
        elif not held.pending:
            self._mapper.to_domain_event(notification).mutate(held.aggregate)
        elif held.pending.popleft() != notification.state:
            self.let_go(stream, held)  # another node came first, so what was decided here conflicts
        held.seen = notification.originator_version

    async def _load_to_hold(self, stream: str) -> Held | None:
        try:
            aggregate = await asyncio.to_thread(self.load, stream)
            if aggregate is None:
                return None
            while self._arrived.pop(stream, 0) > aggregate.version:
                await asyncio.to_thread(self.bring_up_to_date, stream, aggregate)
            held = Held(aggregate, aggregate.version)
            self.keep(stream, held)
            return held
        finally:
            del self._loading[stream]
