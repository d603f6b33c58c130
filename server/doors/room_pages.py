"""The room: its page, and the forms that open in it."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from domain.agreement import Agreement
from domain.ids import is_id
from domain.refusals import Code, Refusal
from domain.times import written
from projections.present import Present
from projections.story import story
from server.doors.access import RateLimit, locale_of, read_body, seat_name, signed_in
from server.doors.pages import page_of
from server.node import Node
from server.seat import Seat
from web.echo import ASKED, echo
from web.forms import form, item, reading
from web.fragments import context, room_page
from web.moments import tell
from web.reader import Reader
from web.templates import templates
from web.view import RoomView


class RoomPages:
    """The pages of one node that are about an agreement."""

    def __init__(self, node: Node, reads: RateLimit) -> None:
        self.node, self.reads = node, reads

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

    async def _reader(self, request: Request) -> tuple[Seat, Reader]:
        seat = await signed_in(self.node, request)
        self.reads.count(seat.member_id)
        agreement_id: str = request.path_params["agreement_id"]
        await self.node.workspace.refuse_foreign(seat, Agreement.KIND, agreement_id)
        await self.node.workspace.let_clock_record(agreement_id)
        view = RoomView(await self.node.read(Present.load, agreement_id), written(self.node.clock()))
        audience = self.node.audiences.of(seat, locale_of(request))
        of = seat.partnership_id
        return seat, Reader(view, audience, self.node.directory(of), self.node.audiences.shared(of))
