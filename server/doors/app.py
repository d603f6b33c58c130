"""The Starlette application of one node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.refusals import Code, Refusal
from server.doors.access import SEAT_PATH, is_foreign
from server.doors.api import Api
from server.doors.history import HistoryPages, is_of_history
from server.doors.home_pages import HomePages
from server.doors.import_pages import ImportPages
from server.doors.problems import on_fault, on_http_error, on_refusal, problem
from server.doors.records import RecordPages
from server.doors.room_pages import RoomPages
from server.doors.shares import Shares
from server.doors.sign_in import Door
from server.doors.socket import Live, live_routes
from server.log.database import Database
from server.logs import log
from server.metrics import CONTENT_TYPE
from server.node import Node
from server.settings import Settings
from server.sources import utc_now
from web.fragments import DemoNotice
from web.templates import compile_all

READY_SECONDS = 2
"""How long /readyz waits for the store and the projections."""
STATIC = Path(__file__).parent.parent.parent / "web" / "static"

_FOREIGN = Refusal(
    Code.NOT_AUTHORISED, "This was sent by a page of another site.", "Send it from a page of this address."
)
_SECURITY_HEADERS = {
    b"content-security-policy": b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cache-control": b"no-store",
}
_OF_A_HISTORY = _SECURITY_HEADERS | {b"referrer-policy": b"no-referrer", b"x-robots-tag": b"noindex, nofollow"}
"""What a link of a share shows or refuses, and the same pages of members: neither referred to nor indexed."""
_OF_A_FILE = _SECURITY_HEADERS | {b"cache-control": b"no-cache"}
"""A file of the program, the same for everybody until the next release: asked for anew each time, and seldom sent."""


def create_app(
    database: Database,
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    demo_notices: Mapping[str, DemoNotice] | None = None,
) -> ASGIApp:
    """The application; its node runs while it does. demo_notices: what a demo tells its visitors, by member."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        compile_all()
        node = Node(database, settings, clock)
        node.demo_notices = demo_notices or {}
        try:
            await node.start()
        except Exception as error:
            log.error("the node cannot start", exc_info=error)
            raise CannotStart("The node cannot start; the log says where it failed.") from None
        api = Api(node)
        door, pages = Door(node, api.commands), RoomPages(node, api.requests)
        history = HistoryPages(node, api.requests)
        live.routes.extend([*live_routes(Live(node, api.commands)), *history.live_routes()])

        async def healthz(_: Request) -> Response:
            return PlainTextResponse("ok\n")

        async def readyz(_: Request) -> Response:
            try:
                await asyncio.wait_for(node.read(lambda _: None), READY_SECONDS)
            except Exception as error:
                log.warning("not ready", error=type(error).__name__)
                return PlainTextResponse("The store cannot be reached, or the projections have not caught up.\n", 503)
            return PlainTextResponse("ready\n")

        async def metrics(_: Request) -> Response:
            return Response(node.metrics.written(), media_type=CONTENT_TYPE)

        records = RecordPages(node, api.requests)
        shares = Shares(node, api.requests, api.commands)
        seated = [
            *api.routes(),
            *shares.routes(),
            *pages.routes(),
            *HomePages(node, api.requests).routes(),
            *ImportPages(node, api.requests).routes(),
            *records.seated_routes(),
            *history.seated_routes(),
            *door.seated_routes(),
        ]
        app.router.routes.extend(
            [
                Route("/healthz", healthz),
                Route("/readyz", readyz),
                Route("/metrics", metrics),
                Mount("/static", StaticFiles(directory=STATIC)),
                *door.routes(),
                *records.routes(),
                *history.routes(),
                *api.routes(),
                *shares.routes(),
                Mount(SEAT_PATH, routes=seated),
            ]
        )
        yield
        for connection in node.rooms.everybody():
            connection.close(1012, "restarting")
        await node.stop()

    handlers = {Refusal: on_refusal, HTTPException: on_http_error, Exception: on_fault}
    app, live = Starlette(lifespan=lifespan, exception_handlers=handlers), Router()
    app.router.redirect_slashes = False
    return Guarded(GZipMiddleware(app, minimum_size=1000, compresslevel=5), live, settings)


class CannotStart(Exception):
    """What kept a node from starting is in the log, without what it quotes; a server prints this instead of it."""


class Guarded:
    """Refuses what another site's page sends, and sends the same protective headers with every answer. Live sockets,
    which judge that for themselves, take the short way: what stands around requests costs them time and memory."""

    def __init__(self, app: ASGIApp, live: ASGIApp, settings: Settings) -> None:
        self.app, self.live, self.settings = app, live, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_answered = False
        is_history = is_of_history(scope.get("path", ""))

        async def protected(message: Message) -> None:
            nonlocal is_answered
            if message["type"] == "http.response.start":
                is_answered = True
                given = message.get("headers", [])
                names = {name.lower() for name, _ in given}
                wanted = _OF_A_FILE if b"etag" in names else _OF_A_HISTORY if is_history else _SECURITY_HEADERS
                message["headers"] = [*given, *(each for each in wanted.items() if each[0] not in names)]
            await send(message)

        if scope["type"] == "websocket":
            await self.live(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD", "OPTIONS") and is_foreign(self.settings, HTTPConnection(scope)):
            await problem(_FOREIGN)(scope, receive, protected)
        else:
            try:
                await self.app(scope, receive, protected)
            except Exception:
                if not is_answered:  # else it was logged and told: raised again, it would cut the asker's connection
                    raise
