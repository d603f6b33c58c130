"""The pages: the door, and the room with its fragments. What they show comes from the read models alone."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from domain.ids import PartnershipId
from domain.refusals import Code, Refusal
from projections import as_of
from projections.present import Present
from projections.projector import Change
from server.access import cookie_name, seat_name, signed, signed_in
from server.connection import Connection
from server.identity import Invitation, Seat
from server.node import Node
from server.rooms import Render, Room
from server.workspace import new_id
from web.audience import Audience
from web.fragments import fragments_of, room_page
from web.templates import templates
from web.view import RoomView


class Pages:
    """The pages of one node."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def door_routes(self) -> list[Route]:
        return [
            Route("/", self.door),
            Route("/join/{secret}", self.join, methods=["GET", "HEAD"]),
            Route("/join/{secret}", self.joined, methods=["POST"]),
        ]

    def seated_routes(self) -> list[Route]:
        return [Route("/agreements/{agreement_id}", self.room)]

    async def door(self, request: Request) -> Response:
        return HTMLResponse(templates.get_template("door.html").render())

    async def join(self, request: Request) -> Response:
        """Shows a page; only a demo's link, which may be used any number of times, signs in at once."""
        invitation = await self._invitation(request)
        if invitation.reusable and request.method == "GET":
            return await self._sign_in(request, invitation)
        return HTMLResponse(
            templates.get_template("join.html").render(used=invitation.used, expired=invitation.expired)
        )

    async def joined(self, request: Request) -> Response:
        invitation = await self._invitation(request)
        secret, now = request.path_params["secret"], self.node.clock()
        if not invitation.reusable and not await asyncio.to_thread(self.node.identity.use_invitation, secret, now):
            return HTMLResponse(templates.get_template("join.html").render(used=True, expired=invitation.expired), 409)
        return await self._sign_in(request, invitation)

    async def _invitation(self, request: Request) -> Invitation:
        secret = request.path_params["secret"]
        invitation = await asyncio.to_thread(self.node.identity.invitation, secret, self.node.clock())
        if invitation is None:
            raise Refusal(Code.NOT_FOUND)
        return invitation

    async def _sign_in(self, request: Request, invitation: Invitation) -> Response:
        session_id, seat = new_id(), invitation.seat
        days = self.node.settings.session_days
        await asyncio.to_thread(self.node.identity.start_session, seat, session_id, self.node.clock(), days)
        name = seat_name(seat.member_id)
        leads_to = invitation.leads_to or await self._first_room(seat.partnership_id)
        response = RedirectResponse(f"/{name}{leads_to}", 303)
        response.set_cookie(
            cookie_name(name),
            signed(self.node, session_id),
            max_age=days * 86400,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    async def _first_room(self, partnership_id: PartnershipId) -> str:
        headers = await self.node.read(as_of.agreements_of, partnership_id)
        return f"/agreements/{headers[0]['agreement_id']}" if headers else "/"

    async def room(self, request: Request) -> Response:
        seat = await signed_in(self.node, request)
        agreement_id: str = request.path_params["agreement_id"]
        if await self.node.workspace.partnership_of(agreement_id) != seat.partnership_id:
            return PlainTextResponse("There is no such agreement here for you.\n", 404)
        await self.node.workspace.let_clock_record(agreement_id)
        audience = await self.audience_of(seat)
        view = await self._view(agreement_id)
        return HTMLResponse(room_page(view, audience, await self._names(seat), f"/{seat_name(seat.member_id)}"))

    async def audience_of(self, seat: Seat) -> Audience:
        """Everybody who gets the same bytes as this member."""
        member = self.node.workspace.member(seat)
        mandates = tuple(sorted((str(each), covered) for each, covered in member.mandates.items()))
        return Audience(seat.partnership_id, None if member.observer else member.party_id, mandates)

    async def catch_up(self, room: Room, connection: Connection, audience: Audience) -> None:
        """Send each region that changed since the position, once; from then on the room hands over."""
        while not connection.closed:
            view = RoomView.of(await self.node.presents.watched(room.agreement_id))
            if view.version > connection.position:
                names = await self.node.names(PartnershipId(audience.partnership_id))
                for frame in fragments_of(view, audience, names, None):
                    connection.push(frame)
                connection.reached(view.version)
            if room.shown <= connection.position:
                connection.live = True
                return

    def prepare(self, present: Present, change: Change) -> Render:
        """Renders the fragments that an audience gets for a change."""
        view = RoomView.of(present)
        partnership = self.node.workspace.partnership(PartnershipId(view.header["partnership_id"]))
        names = self.node.identity.names(partnership.partnership_id)
        names |= {party.party_id: party.name for party in partnership.parties}
        return lambda audience: fragments_of(view, audience, names, change.rows)

    async def _view(self, agreement_id: str) -> RoomView:
        return RoomView.of(await self.node.read(Present.load, agreement_id))

    async def _names(self, seat: Seat) -> dict[str | None, str]:
        return await self.node.names(seat.partnership_id)
