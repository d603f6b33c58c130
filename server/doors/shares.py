"""What is shown to outsiders: made, agreed to and ended by members; who opens its link."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.agreement import Agreement
from domain.command import Command
from domain.fields import Object, Text, Time
from domain.ids import AgreementId, CommandId, PartnershipId, ShareId
from domain.partnership import Partnership
from domain.refusals import Code, Refusal
from domain.shares import AgreeToShare, MakeShare, RevokeShare
from projections import as_of, tables
from projections.shapes import SHARE
from projections.shown_to_others import share_row
from server.doors.access import RateLimit, base_url, read_body, signed_in
from server.doors.addresses import ADDRESSES
from server.doors.pages import json_of
from server.node import Node
from server.people import identity
from server.people.identity import fresh_secret
from server.seat import Seat
from server.sources import new_id

MAKE = Object({"expires_at": Time(), "note": Text(allow_empty=True)}, optional=("note",))


class Shares:
    """The links of one node's agreements, through the API."""

    def __init__(self, node: Node, requests: RateLimit, commands: RateLimit) -> None:
        self.node, self.requests, self.commands = node, requests, commands

    def routes(self) -> list[Route]:
        shares = f"{ADDRESSES[Agreement.KIND].path}/shares"
        return [
            Route(shares, self.every),
            Route(shares, self.make, methods=["POST"]),
            Route(f"{shares}/{{share_id}}/agreement", self.agree, methods=["POST"]),
            Route(f"{shares}/{{share_id}}", self.revoke, methods=["DELETE"]),
        ]

    async def every(self, request: Request) -> Response:
        """The links to an agreement, with who made and who agreed to each, for members of both parties."""
        seat, agreement_id = await self._agreement(request, self.requests)
        rows = await self.node.read(as_of.ever, tables.shares, seat.partnership_id)
        return await json_of({"shares": [SHARE.of(each) for each in rows if each["agreement_id"] == agreement_id]})

    async def make(self, request: Request) -> Response:
        """Ask to show an agreement by a link, whose secret is told this once."""
        seat, agreement_id = await self._agreement(request, self.commands)
        asked = MAKE.read(await read_body(request), "")
        share_id, secret = ShareId(new_id()), fresh_secret()
        command = MakeShare(
            command_id=CommandId(new_id()),
            digest="",
            share_id=share_id,
            agreement_id=agreement_id,
            expires_at=asked["expires_at"],
            note=asked.get("note") or None,
        )
        row = identity.share_row(secret, share_id, seat.partnership_id)
        await self.node.workspace.take(Partnership.KIND, seat, seat.partnership_id, command, [row])
        link = f"{base_url(request, self.node)}/s/{secret}"
        answer = await json_of({"share_id": share_id, "link": link})
        answer.status_code = 201
        return answer

    async def agree(self, request: Request) -> Response:
        """Agree, for the other party, that it is shown."""
        return await self._settle(request, AgreeToShare)

    async def revoke(self, request: Request) -> Response:
        """End a link; pages that it opened are closed at once."""
        return await self._settle(request, RevokeShare)

    async def _settle(self, request: Request, act: type[AgreeToShare | RevokeShare]) -> Response:
        seat, agreement_id = await self._agreement(request, self.commands)
        share_id = ShareId(request.path_params["share_id"])
        share = self.node.workspace.partnership(seat.partnership_id).shares.get(share_id)
        if share is None or share.agreement_id != agreement_id:
            raise Refusal(Code.NOT_FOUND)
        command: Command = act(command_id=CommandId(new_id()), digest="", share_id=share_id)
        await self.node.workspace.take(Partnership.KIND, seat, seat.partnership_id, command)
        return await json_of(self._shown(seat.partnership_id, share_id))

    def _shown(self, partnership_id: PartnershipId, share_id: ShareId) -> dict[str, Any]:
        return dict(SHARE.of(share_row(self.node.workspace.partnership(partnership_id), share_id).body))

    async def _agreement(self, request: Request, limit: RateLimit) -> tuple[Seat, AgreementId]:
        seat = await signed_in(self.node, request)
        limit.count(seat.member_id)
        stream = ADDRESSES[Agreement.KIND].means(request.path_params, self.node.workspace.member(seat))
        await self.node.workspace.refuse_foreign(seat, Agreement.KIND, stream)
        await self.node.workspace.let_clock_record(stream)
        return seat, AgreementId(stream)
