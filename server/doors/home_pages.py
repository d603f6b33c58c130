"""The partnership's home, as a page, and the forms that open in it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.refusals import Refusal
from domain.times import written
from projections.home import HomePresent
from server.doors.access import RateLimit, locale_of, seat_name, signed_in
from server.doors.pages import page_of
from server.doors.sealed import own_sealed
from server.node import Node
from server.seat import Seat
from web.home import HomeReader
from web.home_forms import form
from web.home_fragments import guide_page, home_page, own_page
from web.home_view import HomeView


class HomePages:
    """The page where the relationship lives: what both want, what each needs, trust, agreements, who is who."""

    def __init__(self, node: Node, reads: RateLimit) -> None:
        self.node, self.reads = node, reads

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home),
            Route("/guide", self.guide),
            Route("/forms/{act}", self.form),
            Route("/exchanges/{exchange_id}/own", self.own),
        ]

    async def home(self, request: Request) -> Response:
        """The partnership's home."""
        seat, reader = await self._reader(request)
        return await page_of(home_page, reader, f"/{seat_name(seat.member_id)}", seat.member_id)

    async def guide(self, request: Request) -> Response:
        """What two partners do on their first day, each step ticked off by what the log holds."""
        seat, reader = await self._reader(request)
        return await page_of(guide_page, reader, f"/{seat_name(seat.member_id)}", seat.member_id)

    async def form(self, request: Request) -> Response:
        """The form of an act, to be shown beside what it is about."""
        seat, reader = await self._reader(request)
        act, params = request.path_params["act"], dict(request.query_params)
        return await page_of(form, reader, act, params, await self._sealed(seat, act, params))

    async def _sealed(self, seat: Seat, act: str, params: dict[str, str]) -> dict[str, Any] | None:
        """What one's own party has sealed, where it is to be changed."""
        if act != "seal":
            return None
        try:
            return (await own_sealed(self.node, seat, seat.partnership_id, params.get("exchange", ""))).content
        except Refusal:
            return None

    async def own(self, request: Request) -> Response:
        """What one's own party has sealed."""
        seat, reader = await self._reader(request)
        found = await own_sealed(self.node, seat, seat.partnership_id, request.path_params["exchange_id"])
        return await page_of(own_page, reader, found.content)

    async def _reader(self, request: Request) -> tuple[Seat, HomeReader]:
        seat = await signed_in(self.node, request)
        self.reads.count(seat.member_id)
        await self.node.workspace.let_clock_record(seat.partnership_id)
        view = HomeView(await self._present(seat), written(self.node.clock()))
        audience = self.node.audiences.of(seat, locale_of(request))
        return seat, HomeReader(view, audience, self.node.directory(seat.partnership_id))

    async def _present(self, seat: Seat) -> HomePresent:
        """Where somebody has it open it is at hand; else it is read."""
        await self.node.read(lambda _: None)
        if (held := self.node.homes.get(seat.partnership_id)) is not None:
            return held
        return await self.node.read(HomePresent.load, seat.partnership_id)
