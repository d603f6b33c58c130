"""Who gets the same bytes: the pages that people have open, rendered once for each audience and kept up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from domain.ids import PartnershipId
from domain.times import moment_of, written
from projections.batch import Change
from projections.present import Present, Touched
from server.background import Background
from server.deciding.timers import AT_MOST
from server.deciding.workspace import Workspace
from server.faults import Fault
from server.live.connection import Connection
from server.live.frames import text_frame
from server.live.rooms import Render, Room, Rooms, close_for
from server.people.directories import Directories
from server.reading.presents import Presents
from server.seat import Seat
from web.audience import Audience
from web.fragments import all_regions, changed_regions
from web.reader import Reader
from web.view import RoomView

LARGE_CHANGE, LARGE_TEXT = 40, 400
"""Clauses of a change, and of a text, whose rendering others would notice."""


class Audiences:
    """Lives in the event loop."""

    def __init__(
        self,
        workspace: Workspace,
        presents: Presents,
        directories: Directories,
        rooms: Rooms,
        background: Background,
        clock: Callable[[], datetime],
    ) -> None:
        self._workspace, self._presents, self._directories = workspace, presents, directories
        self._rooms, self._background, self._clock = rooms, background, clock
        directories.subscribe(self._members_changed)
        self._making: dict[tuple[object, ...], asyncio.Task[list[str]]] = {}
        self._ends: dict[str, tuple[str, asyncio.TimerHandle]] = {}
        """When the next request of an agreement that somebody watches ends: no event tells of that."""

    def of(self, seat: Seat, locale: str) -> Audience:
        """Everybody who gets the same bytes as this member, who reads numbers and dates in the way of a locale."""
        member = self._workspace.member(seat)
        mandates = tuple(sorted((str(each), covered) for each, covered in member.mandates.items()))
        return Audience(seat.partnership_id, None if member.observer else member.party_id, mandates, locale)

    def mark_of(self, audience: Audience) -> str:
        """The mark of a page that is made for an audience now."""
        return audience.mark(self._directories.get(audience.partnership_id))

    async def catch_up(self, room: Room, connection: Connection) -> None:
        """Bring an older page up to date, region by region; afterwards `Room.show` sends each change."""
        while not connection.closed:
            view = RoomView(await self._presents.watched(room.agreement_id), written(self._clock()))
            self._watch_requests(view, view.term)
            if view.version > connection.position:
                audience = _fragments(connection)
                frames = await self._everything(view, audience)
                if connection.audience != audience:
                    connection.position = 0  # its mandates or names changed while this was made
                    continue
                for frame in frames:
                    connection.push(text_frame(frame))
                connection.reached(view.version)
            if room.shown <= connection.position:
                connection.live = True
                return

    def show(self, change: Change) -> None:
        """Show what changed to everybody who has the pages of its room open."""
        try:
            self._show(change)
        except Exception as error:
            self._presents.forget(change.stream)
            if room := self._rooms.get(change.stream):
                close_for(Fault(error), room.connections())

    def _members_changed(self, partnership_id: str) -> None:
        """Show everybody in the partnership's rooms who is there now, and the acts of their mandates."""
        for room in self._rooms.with_pages():
            if any(each and each.partnership_id == partnership_id for each in room.audiences):
                self._show_anew(room)

    def _show(self, change: Change) -> None:
        touched = self._presents.apply(change)
        room, present = self._rooms.watched(change.stream), self._presents.get(change.stream)
        if room and present:
            is_large = len(touched.terms) > LARGE_CHANGE or len(present.terms) > LARGE_TEXT
            room.show(change, self._prepare(present, touched), is_large=is_large)

    def _prepare(self, present: Present, touched: Touched) -> Render:
        """Renders the fragments that an audience gets for a change."""
        view = RoomView(present, written(self._clock()))
        self._watch_requests(view, touched.terms)
        directory = self._directories.get(PartnershipId(view.header["partnership_id"]))
        return lambda audience: changed_regions(Reader(view, audience, directory), touched)

    def _watch_requests(self, view: RoomView, term_ids: Iterable[str]) -> None:
        """Show the room anew when the date of a request on one of the terms has passed."""
        due = view.next_end(term_ids)
        before, timer = self._ends.get(view.agreement_id, (None, None))
        if due is None or (before and before <= due):
            return
        if timer:
            timer.cancel()
        self._await_end(view.agreement_id, due)

    def _await_end(self, agreement_id: str, due: str) -> None:
        wait = min(max((moment_of(due) - self._clock()).total_seconds(), 0) + 0.01, AT_MOST)
        timer = asyncio.get_running_loop().call_later(wait, self._request_ended, agreement_id, due)
        self._ends[agreement_id] = due, timer

    def _request_ended(self, agreement_id: str, due: str) -> None:
        del self._ends[agreement_id]
        room = self._rooms.watched(agreement_id)
        if room and due > written(self._clock()):
            self._await_end(agreement_id, due)
        elif room:
            self._show_anew(room)

    def _show_anew(self, room: Room) -> None:
        for connection in room.reseat(self._audience_of):
            self._background.start(self._brought_up(room, connection))

    async def _brought_up(self, room: Room, connection: Connection) -> None:
        try:
            await self.catch_up(room, connection)
        except Exception as error:
            close_for(Fault(error), [connection])

    def _audience_of(self, connection: Connection) -> Audience:
        """Where a connection belongs by the mandates of now, in the language in which it came."""
        return self.of(connection.seat, _fragments(connection).locale)

    async def _everything(self, view: RoomView, audience: Audience) -> list[str]:
        """The frames of all regions, made in a thread, once for all who ask for the same at a time."""
        key = (view.agreement_id, view.version, audience, self.mark_of(audience))
        if key not in self._making:
            reader = Reader(view, audience, self._directories.get(audience.partnership_id))
            self._making[key] = asyncio.create_task(asyncio.to_thread(lambda: list(all_regions(reader))))
            self._making[key].add_done_callback(lambda _: self._making.pop(key))
        return await asyncio.shield(self._making[key])


def _fragments(connection: Connection) -> Audience:
    assert connection.audience is not None, "only pages are brought up to date"
    return connection.audience
