"""The partnership's home, as a page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from projections import as_of, tables
from server.access import RateLimit, seat_name, signed_in
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

        def ask(connection: Connection) -> tuple[list[dict[str, Any]], dict[str, dict[str, str]]]:
            agreements = as_of.agreements_of(connection, seat.partnership_id)
            terms = {
                agreement["title"]: {
                    term["term_id"]: term["heading"]
                    for term in as_of.standing(connection, tables.terms, agreement["agreement_id"])
                }
                for agreement in agreements
            }
            return agreements, terms

        agreements, terms = await self.node.read(ask)
        workspace = self.node.workspace
        home = Home(
            workspace.partnership(seat.partnership_id),
            workspace.member(seat),
            agreements,
            self.node.directory(seat.partnership_id),
            terms,
        )
        return HTMLResponse(home_page(home, f"/{seat_name(seat.member_id)}"))
