"""Rooms: who watches a stream, and what is handed to them. The same bytes to every connection of an audience."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from eventsourcing.persistence import Notification

from domain.ids import text_of
from server.faults import Fault
from server.live.connection import Connection
from server.live.frames import event_frame, text_frame
from server.live.recent import Recent
from server.logs import log
from server.seat import TOKEN
from web.audience import Audience

Render = Callable[[Audience], Iterable[str]]
"""Makes the frames that an audience gets for a change, each as it is wanted."""


class Room:
    """The connections on one stream. recent: the newest events that were there to be handed over."""

    def __init__(self, stream: str, kind: str) -> None:
        self.stream, self.kind = stream, kind
        self.reading = asyncio.Lock()
        """Held while events are read from the log for somebody who comes back; others may need the same."""
        self.recent = Recent()
        self.audiences: dict[Audience | None, dict[Connection, None]] = {}
        """Connections by who gets the same bytes; under None those that get the events themselves."""
        self.shown = 0
        self._rendering: deque[tuple[int, Render]] = deque()
        """Changes whose rendering takes long, in their order, with those that came after the first of them."""
        self._task: asyncio.Task[None] | None = None

    def connections(self) -> Iterable[Connection]:
        return (connection for group in self.audiences.values() for connection in group)

    def enter(self, connection: Connection, audience: Audience | None) -> None:
        connection.audience = audience
        self.audiences.setdefault(audience, {})[connection] = None

    def leave(self, connection: Connection) -> None:
        group = self.audiences.get(connection.audience, {})
        group.pop(connection, None)
        if not group:
            self.audiences.pop(connection.audience, None)

    def reseat(self, audience_of: Callable[[Connection], Audience]) -> list[Connection]:
        """Put everybody who gets fragments where their mandates are now; those whose pages are to be brought up to
        that."""
        with_pages = [each for each in self.connections() if each.audience is not None]
        for connection in with_pages:
            self.leave(connection)
            self.enter(connection, audience_of(connection))
            connection.seated += 1
        outdated = [each for each in with_pages if each.live]
        for connection in outdated:
            connection.live, connection.position = False, 0
        return outdated

    def publish(self, events: Sequence[Notification]) -> None:
        """Hand the next events to everybody who gets the events themselves and has caught up."""
        first, last = events[0].originator_version, events[-1].originator_version
        group = self.audiences.get(None)
        if not group:
            self.recent.reached(last)
            return
        frames = [event_frame(each.originator_version, each.state) for each in events]
        for version, frame in enumerate(frames, first):
            self.recent.append(version, frame)
        for connection in list(group):
            if connection.live and first <= connection.position + 1 <= last:
                connection.push_run(frames[connection.position + 1 - first :])
                connection.reached(last)

    @property
    def has_pages(self) -> bool:
        """Whether anybody gets fragments."""
        return any(audience is not None for audience in self.audiences)

    def show(self, position: int, render: Render, *, is_large: bool) -> None:
        """Hand what changed on the page to everybody who gets fragments, rendered once for each audience; where that
        takes long in a thread, one change after the other. position: what the page shows then."""
        if is_large or self._rendering:
            self._rendering.append((position, render))
            if not self._task:
                self._task = asyncio.create_task(self._render_in_turn())
            return
        self._show(position, render)

    async def _render_in_turn(self) -> None:
        while self._rendering:
            position, render = self._rendering[0]
            made: dict[Audience, list[str] | Exception] = {}
            for audience in [each for each in self.audiences if each is not None]:
                made[audience] = await asyncio.to_thread(_made, render, audience)
            # Whoever has come meanwhile brings itself up to date, and is beyond this change.
            self._show(position, _at_hand(made))
            self._rendering.popleft()
        self._task = None

    def _show(self, position: int, render: Render) -> None:
        self.shown = position
        shown = self._hand_over(lambda each: each.live and each.position < position, render)
        for connection in shown:
            connection.reached(position)

    def _hand_over(self, is_ready: Callable[[Connection], bool], render: Render) -> list[Connection]:
        """To each audience its frames, every audience's first before the second of any: nobody waits for the whole of
        another's. Returns the connections that were ready for them."""
        groups = [
            (ready, _rendered(render, audience))
            for audience, group in self.audiences.items()
            if audience is not None and (ready := [each for each in group if is_ready(each)])
        ]
        coming = deque(groups)
        while coming:
            ready, frames = coming.popleft()
            if _push_next(frames, ready):
                coming.append((ready, frames))
        return [connection for ready, _ in groups for connection in ready]


def _made(render: Render, audience: Audience) -> list[str] | Exception:
    """The frames for an audience, or why there are none: that is its own affair."""
    try:
        return list(render(audience))
    except Exception as error:
        return error


def _at_hand(made: Mapping[Audience, Sequence[str] | Exception]) -> Render:
    def render(audience: Audience) -> Sequence[str]:
        frames = made.get(audience, ())
        if isinstance(frames, Exception):
            raise frames
        return frames

    return render


def _rendered(render: Render, audience: Audience) -> Iterator[str]:
    yield from render(audience)


def _push_next(frames: Iterator[str], connections: Sequence[Connection]) -> bool:
    """Render and hand over the next frame; False when there is none, or it failed."""
    try:
        if (text := next(frames, None)) is None:
            return False
        frame = text_frame(text)
    except Exception as error:
        close_for(Fault(error), connections)
        return False
    for connection in connections:
        connection.push(frame)
    return True


class Rooms:
    """Every room that somebody is in."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}

    def room(self, stream: str, kind: str) -> Room:
        return self._rooms.setdefault(stream, Room(stream, kind))

    def left(self, room: Room) -> None:
        """Forget a room that everybody has left."""
        if not room.audiences:
            self._rooms.pop(room.stream, None)

    def publish(self, page: Sequence[Notification]) -> None:
        for stream, events in groupby(page, attrgetter("originator_id")):
            if room := self._rooms.get(text_of(stream)):
                room.publish([*events])

    def get(self, stream: str) -> Room | None:
        """The room of a stream, None when nobody is in it."""
        return self._rooms.get(stream)

    def watched(self, stream: str) -> Room | None:
        """The room of a stream whose pages somebody has open."""
        room = self._rooms.get(stream)
        return room if room and room.has_pages else None

    def with_pages(self) -> list[Room]:
        """The rooms whose pages somebody has open."""
        return [room for room in self._rooms.values() if room.has_pages]

    def close_sockets_of(self, member_id: str, session_id: str | None) -> None:
        """Close the sockets of a session, or of all sessions of a member, who signed out; of TOKEN, those that a token
        opened, which is void."""
        for each in self.everybody():
            of_session = each.seat.session_id
            is_meant = bool(of_session) if session_id is None else session_id == (of_session or TOKEN)
            if each.seat.member_id == member_id and is_meant:
                each.close(4401, "signed out")

    def everybody(self) -> list[Connection]:
        return [connection for room in self._rooms.values() for connection in room.connections()]


def close_for(fault: Fault, connections: Iterable[Connection]) -> None:
    """Close what cannot be kept current; it connects again and is brought up to date."""
    log.error("fault", fault=fault.id, exc_info=fault)
    for connection in list(connections):
        connection.close(1011, fault.id)
