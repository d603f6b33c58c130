"""The room: its page, the forms that open in it, and the fragments that keep it current."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from domain.ids import PartnershipId, is_id
from domain.refusals import Code, Refusal
from domain.times import moment_of, written
from projections.present import Present, Touched
from projections.story import story
from server.access import RateLimit, locale_of, read_body, seat_name, signed_in
from server.connection import Connection
from server.deadlines import AT_MOST
from server.faults import Fault
from server.frames import text_frame
from server.identity import Seat
from server.node import Node
from server.pages import page_of
from server.rooms import Render, Room, close_for
from web.audience import Audience
from web.echo import ASKED, echo
from web.forms import form, item, reading
from web.fragments import all_regions, changed_regions, context, room_page
from web.reader import Reader
from web.story import tell
from web.templates import templates
from web.view import RoomView


class RoomPages:
    """The pages of one node that are about an agreement."""

    def __init__(self, node: Node, reads: RateLimit) -> None:
        self.node, self.reads = node, reads
        self._making: dict[tuple[object, ...], asyncio.Task[list[str]]] = {}
        self._ends: dict[str, tuple[str, asyncio.TimerHandle]] = {}
        """When the next request of an agreement that somebody watches ends: no event tells of that."""

    def routes(self) -> list[Route]:
        agreement = "/agreements/{agreement_id}"
        return [
            Route(agreement, self.room),
            Route(f"{agreement}/forms/{{act}}", self.form),
            Route(f"{agreement}/reading", self.reading),
            Route(f"{agreement}/values", self.value, methods=["POST"]),
            Route("/ratifications/{agreement_id}", self.ratification),
            Route("/ratifications/{agreement_id}/current", self.to_sign),
            Route(f"{agreement}/terms/{{term_id}}", self.story_page),
            Route(f"{agreement}/terms/{{term_id}}/story", self.story),
        ]

    async def room(self, request: Request) -> Response:
        """The room of an agreement."""
        seat, reader = await self._reader(request)
        demo = self.node.demo_notices.get(seat.member_id)
        base = f"/{seat_name(seat.member_id)}"
        return await page_of(room_page, reader, base, seat.member_id, demo=demo)

    async def ratification(self, request: Request) -> Response:
        """The whole text, to be read and signed."""
        seat, reader = await self._reader(request)
        base = f"/{seat_name(seat.member_id)}"
        return await page_of(room_page, reader, base, seat.member_id, template="ratification.html")

    async def to_sign(self, request: Request) -> Response:
        """The text and what signs it, in one piece, for a page that shows an older one."""
        _, reader = await self._reader(request)
        return await page_of(templates.get_template("room/to_sign.html").render, context(reader))

    async def form(self, request: Request) -> Response:
        """The form of an act, to be shown beside what it is about."""
        _, reader = await self._reader(request)
        act, params = request.path_params["act"], dict(request.query_params)
        return await page_of(item, reader, params) if act == "item" else await page_of(form, reader, act, params)

    async def value(self, request: Request) -> Response:
        """What a value that is being typed is taken for; nothing is kept."""
        asked = ASKED.read(await read_body(request), "")
        _, reader = await self._reader(request)
        return await page_of(echo, reader, asked)

    async def reading(self, request: Request) -> Response:
        """Several waiting proposals, to be read and accepted together."""
        _, reader = await self._reader(request)
        proposal_ids = [each for each in request.query_params.get("proposals", "").split(",") if each]
        return await page_of(reading, reader, proposal_ids)

    async def story(self, request: Request) -> Response:
        """How a clause came to be, beside it."""
        return HTMLResponse(await self._told(request, "room/story.html"))

    async def story_page(self, request: Request) -> Response:
        """The same as a page with a link of its own."""
        return HTMLResponse(await self._told(request, "story.html"))

    async def _told(self, request: Request, template: str) -> str:
        seat, reader = await self._reader(request)
        term_id = request.path_params["term_id"]
        moments = await self.node.read(story, reader.agreement_id, term_id) if is_id(term_id) else []
        if not moments:
            raise Refusal(Code.NOT_FOUND)
        names = self.node.directory(seat.partnership_id).names
        versions = [moment["event_version"] for moment in moments]
        events = await asyncio.to_thread(self.node.workspace.aggregates.events, reader.agreement_id, versions)
        told = list(tell(moments, [event.data() for event in events], names, term_id))
        return templates.get_template(template).render(story=told, term_id=term_id, **context(reader))

    def audience_of(self, seat: Seat, locale: str) -> Audience:
        """Everybody who gets the same bytes as this member, who reads numbers and dates in the way of a locale."""
        member = self.node.workspace.member(seat)
        mandates = tuple(sorted((str(each), covered) for each, covered in member.mandates.items()))
        return Audience(seat.partnership_id, None if member.observer else member.party_id, mandates, locale)

    def mark_of(self, audience: Audience) -> str:
        """The mark of a page that is made for an audience now."""
        return audience.mark(self.node.directory(audience.partnership_id))

    async def catch_up(self, room: Room, connection: Connection) -> None:
        """Bring an older page up to date, region by region; afterwards `Room.show` sends each change."""
        while not connection.closed:
            view = RoomView(await self.node.presents.watched(room.agreement_id), written(self.node.clock()))
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

    def prepare(self, present: Present, touched: Touched) -> Render:
        """Renders the fragments that an audience gets for a change."""
        view = RoomView(present, written(self.node.clock()))
        self._watch_requests(view, touched.terms)
        directory = self.node.directory(PartnershipId(view.header["partnership_id"]))
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
        wait = min(max((moment_of(due) - self.node.clock()).total_seconds(), 0) + 0.01, AT_MOST)
        timer = asyncio.get_running_loop().call_later(wait, self._request_ended, agreement_id, due)
        self._ends[agreement_id] = due, timer

    def _request_ended(self, agreement_id: str, due: str) -> None:
        del self._ends[agreement_id]
        room = self.node.rooms.watched(agreement_id)
        if room and due > written(self.node.clock()):
            self._await_end(agreement_id, due)
        elif room:
            self._show_anew(room)

    def members_changed(self, partnership_id: str) -> None:
        """Show everybody in the partnership's rooms who is there now, and the acts of their mandates."""
        for room in self.node.rooms.with_pages():
            if any(each and each.partnership_id == partnership_id for each in room.audiences):
                self._show_anew(room)

    def _show_anew(self, room: Room) -> None:
        for connection in room.reseat(self._audience_of):
            self.node.background.start(self._brought_up(room, connection))

    async def _brought_up(self, room: Room, connection: Connection) -> None:
        try:
            await self.catch_up(room, connection)
        except Exception as error:
            close_for(Fault(error), [connection])

    def _audience_of(self, connection: Connection) -> Audience:
        """Where a connection belongs by the mandates of now, in the language in which it came."""
        return self.audience_of(connection.seat, _fragments(connection).locale)

    async def _everything(self, view: RoomView, audience: Audience) -> list[str]:
        """The frames of all regions, made in a thread, once for all who ask for the same at a time."""
        key = (view.agreement_id, view.version, audience, self.mark_of(audience))
        if key not in self._making:
            reader = Reader(view, audience, self.node.directory(audience.partnership_id))
            self._making[key] = asyncio.create_task(asyncio.to_thread(lambda: list(all_regions(reader))))
            self._making[key].add_done_callback(lambda _: self._making.pop(key))
        return await asyncio.shield(self._making[key])

    async def _reader(self, request: Request) -> tuple[Seat, Reader]:
        seat = await signed_in(self.node, request)
        self.reads.count(seat.member_id)
        agreement_id: str = request.path_params["agreement_id"]
        if await self.node.workspace.partnership_of(agreement_id) != seat.partnership_id:
            raise Refusal(Code.NOT_FOUND)
        await self.node.workspace.let_clock_record(agreement_id)
        view = RoomView(await self.node.read(Present.load, agreement_id), written(self.node.clock()))
        audience = self.audience_of(seat, locale_of(request))
        return seat, Reader(view, audience, self.node.directory(seat.partnership_id))


def _fragments(connection: Connection) -> Audience:
    assert connection.audience is not None, "only pages are brought up to date"
    return connection.audience
