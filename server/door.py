"""The door: links that sign a member in, once or, for a demo, any number of times."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from domain.ids import PartnershipId
from domain.refusals import Code, Refusal
from projections import as_of
from server.access import cookie_name, seat_name, signed
from server.identity import Invitation
from server.node import Node
from server.workspace import new_id
from web.templates import templates


class Door:
    """The pages before anybody is signed in."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def routes(self) -> list[Route]:
        return [
            Route("/", self.door),
            Route("/join/{secret}", self.join, methods=["GET", "HEAD"]),
            Route("/join/{secret}", self.joined, methods=["POST"]),
        ]

    async def door(self, _: Request) -> Response:
        return HTMLResponse(templates.get_template("door/door.html").render())

    async def join(self, request: Request) -> Response:
        """Shows a page; only a demo's link, which may be used any number of times, signs in at once."""
        invitation = await self._invitation(request)
        if invitation.reusable and request.method == "GET":
            return await self._sign_in(request, invitation)
        return _join_page(invitation)

    async def joined(self, request: Request) -> Response:
        invitation = await self._invitation(request)
        secret, now = request.path_params["secret"], self.node.clock()
        if not invitation.reusable and not await asyncio.to_thread(self.node.identity.use_invitation, secret, now):
            return _join_page(await self._invitation(request), 409)
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
        leads_to = invitation.leads_to or await self._first_page(seat.partnership_id)
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

    async def _first_page(self, partnership_id: PartnershipId) -> str:
        headers = await self.node.read(as_of.agreements_of, partnership_id)
        return f"/agreements/{headers[0]['agreement_id']}" if len(headers) == 1 else "/"


def _join_page(invitation: Invitation, status: int = 200) -> Response:
    page = templates.get_template("door/join.html").render(used=invitation.used, expired=invitation.expired)
    return HTMLResponse(page, status)
