"""Who gets the same bytes: the pages that people have open, rendered once for each audience and kept up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.agreement import Agreement
from domain.ids import PartnershipId
from domain.partnership import Partnership
from domain.words import Understanding
from projections.batch import Change
from server.background import Background
from server.deciding.workspace import Workspace
from server.faults import Fault
from server.live.connection import Connection
from server.live.frames import text_frame
from server.live.rooms import Room, Rooms, close_for
from server.live.screens import HomeScreen, RoomScreen, Screen
from server.people.directories import Directories
from server.reading.presents import Homes, Presents
from server.seat import Seat
from web.audience import Audience
from web.shared import Shared, SharedNeed


class Audiences:
    """Lives in the event loop."""

    def __init__(
        self,
        workspace: Workspace,
        presents: Presents,
        homes: Homes,
        directories: Directories,
        rooms: Rooms,
        background: Background,
        clock: Callable[[], datetime],
    ) -> None:
        self._workspace, self._directories, self._rooms, self._background = workspace, directories, rooms, background
        self._screens: dict[str, Screen] = {
            Agreement.KIND: RoomScreen(
                presents,
                directories,
                clock,
                self.shared,
                lambda stream: rooms.watched(stream) is not None,
                self._show_again,
            ),
            Partnership.KIND: HomeScreen(homes, directories, clock),
        }
        directories.subscribe(self._members_changed)
        self._shared: dict[PartnershipId, tuple[int, Shared]] = {}
        self._making: dict[tuple[object, ...], asyncio.Task[list[str]]] = {}

    def of(self, seat: Seat, locale: str) -> Audience:
        """Everybody who gets the same bytes as this member, who reads numbers and dates in the way of a locale."""
        member = self._workspace.member(seat)
        mandates = tuple(sorted((str(each), covered) for each, covered in member.mandates.items()))
        return Audience(seat.partnership_id, None if member.observer else member.party_id, mandates, locale)

    def shared(self, partnership_id: PartnershipId) -> Shared:
        """What an agreement's pages show of its partnership, as this node has applied it."""
        partnership = self._workspace.partnership(partnership_id)
        if (before := self._shared.get(partnership_id)) and before[0] == partnership.version:
            return before[1]
        needs: dict[str, SharedNeed] = {
            need_id: SharedNeed(need_id, need.party_id, need.text, need.understanding != Understanding.WITHDRAWN)
            for need_id, need in partnership.needs.items()
        }
        principles: dict[str, str] = {key: each.text for key, each in partnership.principles().items()}
        made = Shared(needs, principles, partnership.adopted_principles())
        self._shared[partnership_id] = partnership.version, made
        return made

    def mark_of(self, kind: str, audience: Audience) -> str:
        """The mark of a page that is made for an audience now."""
        mark = audience.mark(self._directories.get(audience.partnership_id))
        return f"{mark}.{self.shared(audience.partnership_id).mark}" if kind == Agreement.KIND else mark

    async def position(self, kind: str, stream: str) -> int:
        """What a page that is made now shows."""
        screen = self._screens[kind]
        return screen.position(await screen.now(stream))

    async def catch_up(self, room: Room, connection: Connection) -> None:
        """Bring an older page up to date, region by region; afterwards `Room.show` sends each change."""
        screen = self._screens[room.kind]
        while not connection.closed:
            seated = connection.seated
            view = await screen.now(room.stream)
            position = screen.position(view)
            is_older = position > connection.position
            frames = await self._everything(room, view, position, _fragments(connection)) if is_older else ()
            if connection.seated != seated:
                connection.position = 0  # mandates, names or what is shared changed while this was made
                continue
            if is_older:
                for frame in frames:
                    connection.push(text_frame(frame))
                connection.reached(position)
            if room.shown <= connection.position:
                connection.live = True
                return

    def show(self, change: Change) -> None:
        """Show what changed to everybody who has a page open that shows it."""
        for kind, screen in self._screens.items():
            try:
                shown = screen.take(change)
                room = self._rooms.watched(shown.stream) if shown else None
                if shown and room:
                    room.show(shown.position, shown.render, is_large=shown.is_large)
            except Exception as error:
                for room in self._rooms.with_pages():
                    if room.kind == kind:
                        screen.forget(room.stream)
                        close_for(Fault(error), room.connections())

    def turned_away(self, kind: str, stream: str) -> None:
        """Forget what was read for somebody who did not enter."""
        room = self._rooms.watched(stream)
        if room is None or not room.has_pages:
            self._screens[kind].forget(stream)

    def left(self, room: Room) -> None:
        """Forget what a room shows once nobody looks."""
        if not room.has_pages:
            self._screens[room.kind].forget(room.stream)

    def _members_changed(self, partnership_id: str) -> None:
        """Show everybody in the partnership's rooms who is there now, and the acts of their mandates."""
        for room in self._rooms.with_pages():
            if any(each and each.partnership_id == partnership_id for each in room.audiences):
                self._show_anew(room)

    def _show_again(self, stream: str) -> None:
        if room := self._rooms.watched(stream):
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

    async def _everything(self, room: Room, view: Any, position: int, audience: Audience) -> list[str]:
        """The frames of all regions, made in a thread, once for all who ask for the same at a time."""
        screen, key = self._screens[room.kind], (room.stream, position, audience, self.mark_of(room.kind, audience))
        if key not in self._making:
            self._making[key] = asyncio.create_task(asyncio.to_thread(lambda: list(screen.everything(view, audience))))
            self._making[key].add_done_callback(lambda _: self._making.pop(key))
        return await asyncio.shield(self._making[key])


def _fragments(connection: Connection) -> Audience:
    assert connection.audience is not None, "only pages are brought up to date"
    return connection.audience
