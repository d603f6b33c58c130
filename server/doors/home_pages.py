"""The partnership's home, as a page."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.times import written
from projections import as_of
from projections.present import Present
from server.doors.access import RateLimit, seat_name, signed_in
from server.doors.pages import page_of
from server.node import Node
from web.home import Home, home_page


class HomePages:
    """The page where a member finds the agreements and who is who."""

    def __init__(self, node: Node, reads: RateLimit) -> None:
        self.node, self.reads = node, reads

    def routes(self) -> list[Route]:
        return [Route("/", self.home)]

    async def home(self, request: Request) -> Response:
        """The partnership's home: agreements, members, mandates, links."""
        seat = await signed_in(self.node, request)
        self.reads.count(seat.member_id)

        def ask(connection: Connection) -> list[Present]:
            headers = as_of.agreements_of(connection, seat.partnership_id)
            return [Present.load(connection, header["agreement_id"]) for header in headers]

        workspace = self.node.workspace
        home = Home(
            workspace.partnership(seat.partnership_id),
            workspace.member(seat),
            await self.node.read(ask),
            self.node.directory(seat.partnership_id),
            written(self.node.clock()),
        )
        return await page_of(home_page, home, f"/{seat_name(seat.member_id)}")
