"""The HTTP API, exactly as docs/protocol.md says it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.agreement import Agreement
from domain.canonical import sha256, without_absent
from domain.fields import Object
from domain.partnership import Partnership
from domain.refusals import Code, Refusal, malformed
from domain.times import read_time, written
from projections import as_of
from projections.present import newest_version
from projections.readings import EVERY, READINGS, About, Reading
from projections.shapes import PARTNERSHIP, partnership_row
from server.deciding.workspace import Founded, Recorded
from server.doors import documents, imports, partnerships
from server.doors.access import RateLimit, base_url, bearer_token, locale_of, read_body, signed_in
from server.doors.addresses import ADDRESSES
from server.doors.openapi import asyncapi, openapi
from server.doors.pages import json_of
from server.doors.sealed import own_sealed
from server.log.store import some_events
from server.node import Node
from server.seat import Seat

Body = dict[str, Any]
R = TypeVar("R")


def json_response(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


class Api:
    """The endpoints of one node."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.requests = RateLimit(node.settings.rate_requests, "ONETEXT_RATE_REQUESTS")
        self.commands = RateLimit(node.settings.rate_commands, "ONETEXT_RATE_COMMANDS")

    def routes(self) -> list[Route]:
        partnership, agreement = ADDRESSES[Partnership.KIND].path, ADDRESSES[Agreement.KIND].path
        return [
            Route("/api/openapi.json", self.openapi),
            Route("/api/asyncapi.json", self.asyncapi),
            Route("/api/v1/partnerships", self.form, methods=["POST"]),
            Route(partnership, self.partnership),
            Route(f"{partnership}/members", self.admit, methods=["POST"]),
            Route(f"{partnership}/agreements", self.open_agreement, methods=["POST"]),
            Route(f"{partnership}/imports", self.preview, methods=["POST"]),
            Route(f"{agreement}/imports", self.propose_text, methods=["POST"]),
            Route(f"{agreement}/document.md", self.markdown),
            Route(f"{agreement}/document.pdf", self.pdf),
            Route(f"{agreement}/{{table}}.csv", self.table),
            Route(f"{partnership}/exchanges/{{exchange_id}}/own", self.own_sealed),
            *[route for kind in ADDRESSES for route in self._of_every_stream(kind)],
            *[Route(f"{ADDRESSES[each.kind].path}{each.path}", self._answering(each)) for each in READINGS],
        ]

    def _of_every_stream(self, kind: str) -> list[Route]:
        """Its commands and its log."""

        async def command(request: Request) -> Response:
            seat = await self._sender(request)
            raw = await read_body(request)
            stream = ADDRESSES[kind].means(request.path_params, self.node.workspace.member(seat))
            with self.node.metrics.timing_command():
                recorded = await self.node.workspace.on(kind, seat, stream, raw)
            return _recorded(recorded)

        async def events(request: Request) -> Response:
            _, stream = await self._stream(request, kind)
            return await self._events(request, stream)

        return [
            Route(f"{ADDRESSES[kind].path}/commands", command, methods=["POST"]),
            Route(f"{ADDRESSES[kind].path}/events", events),
        ]

    def _answering(self, reading: Reading) -> Callable[[Request], Awaitable[Response]]:
        """What gives something to be read, once the clock has recorded what has passed."""

        async def answer(request: Request) -> Response:
            about = await self._about(request, reading.kind, *(_page(request) if reading.in_parts else (0, 0)))
            found = await self.node.read(lambda connection: reading.ask(connection, about(connection)))
            if found is None:
                raise Refusal(Code.NOT_FOUND)
            return await json_of(found)

        return answer

    async def _about(
        self, request: Request, kind: str, after: int = 0, limit: int = EVERY
    ) -> Callable[[Connection], About]:
        """What a request asks for, to be completed when the read models are at hand."""
        return self._asked(request, *await self._stream(request, kind), after, limit)

    def _asked(
        self, request: Request, seat: Seat, stream: str, after: int = 0, limit: int = EVERY
    ) -> Callable[[Connection], About]:
        names, now = self.node.directory(seat.partnership_id).names, self.node.clock()

        def about(connection: Connection) -> About:
            version, moment = _version(connection, request, stream, now)
            return About(stream, version, moment, after, limit, request.path_params, names)

        return about

    async def markdown(self, request: Request) -> Response:
        return await documents.markdown(self.node, await self._about(request, Agreement.KIND))

    async def pdf(self, request: Request) -> Response:
        seat, stream = await self._stream(request, Agreement.KIND)
        asked = self._asked(request, seat, stream)
        return await documents.pdf(self.node, asked, locale_of(request), seat.member_id)

    async def table(self, request: Request) -> Response:
        name = request.path_params["table"]
        if name not in documents.TABLES:
            raise Refusal(Code.NOT_FOUND)
        return await documents.table(self.node, await self._about(request, Agreement.KIND), name)

    async def openapi(self, _: Request) -> Response:
        return json_response(openapi())

    async def asyncapi(self, _: Request) -> Response:
        return json_response(asyncapi())

    # What changes something.

    async def form(self, request: Request) -> Response:
        token = bearer_token(request) or ""
        if not await asyncio.to_thread(self.node.identity.is_host_token, token):
            raise Refusal(
                Code.NOT_SIGNED_IN, "Forming a partnership needs the host token.", "Print it with onetext host-token."
            )
        asked = partnerships.FORM.read(await read_body(request), "")
        names = [party["name"] for party in asked["parties"]]
        formed = await partnerships.form(self.node, asked["kind"], asked["purpose"], names)
        return json_response(
            {"partnership_id": formed.partnership_id, "parties": formed.parties, "tokens": formed.tokens}, 201
        )

    async def admit(self, request: Request) -> Response:
        seat = await self._sender(request)
        asked = partnerships.ADMIT.read(await read_body(request), "")
        self.node.workspace.refuse_observers(seat)
        self._refuse_other(seat, request.path_params["partnership_id"])
        admitted = await partnerships.admit(self.node, seat, **asked)
        link = f"{base_url(request, self.node)}/join/{admitted.invitation}"
        if email := asked.get("email"):
            days = self.node.settings.invitation_days
            text = (
                f"You are invited to work on one text with a partner.\n\n{link}\n\nIt works once, within {days} days.\n"
            )
            self.node.mail.send(email, "You are invited to Onetext", text)
        answer = {"member_id": admitted.seat.member_id, "link": link}
        return json_response(answer | ({"token": admitted.token} if admitted.token else {}), 201)

    async def open_agreement(self, request: Request) -> Response:
        seat = await self._sender(request)
        asked = await self._text_asked(request, partnerships.OPEN)
        self.node.workspace.refuse_observers(seat)
        self._refuse_other(seat, request.path_params["partnership_id"])
        title, text = asked["title"], None
        if imports.brings_text(asked):
            text = await imports.text_of(self.node, asked, title)
        first = None
        if command_id := asked.get("command_id"):
            first = Founded(command_id, seat.member_id, sha256(without_absent(asked)))
        agreement_id, is_new = await partnerships.open_agreement(
            self.node, seat, title, text, asked.get("signatures", 1), first
        )
        notices = imports.notices_of(text) if text else []
        return json_response({"agreement_id": agreement_id, "notices": notices}, 201 if is_new else 200)

    async def preview(self, request: Request) -> Response:
        """What a text says, for its sender alone; nothing is kept."""
        seat = await self._sender(request)
        asked = await self._text_asked(request, imports.PREVIEW)
        self._refuse_other(seat, request.path_params["partnership_id"])
        draft = await imports.preview(self.node, "markdown", asked["markdown"].encode(), asked.get("title"))
        return await json_of(imports.body_of(draft))

    async def propose_text(self, request: Request) -> Response:
        seat = await self._sender(request)
        asked = await self._text_asked(request, imports.PROPOSE)
        stream = ADDRESSES[Agreement.KIND].means(request.path_params, self.node.workspace.member(seat))
        await self.node.workspace.refuse_foreign(seat, Agreement.KIND, stream)
        self.node.workspace.refuse_observers(seat)
        recorded, draft = await imports.propose(self.node, seat, stream, asked)
        notices = orjson.dumps(imports.notices_of(draft))
        return _recorded(recorded, b',"notices":%s' % notices)

    async def _text_asked(self, request: Request, shape: Object) -> dict[str, Any]:
        """The JSON of a request that brings a text, read in a thread."""
        raw = await read_body(request, imports.IMPORT_BYTES)
        return await asyncio.to_thread(shape.read, raw, "")

    async def _sender(self, request: Request) -> Seat:
        seat = await signed_in(self.node, request)
        if seat.session_id and not _is_json(request):
            raise malformed("A page of ours sends application/json.")
        self.commands.count(seat.member_id)
        return seat

    def _refuse_other(self, seat: Seat, partnership_id: str) -> None:
        if seat.partnership_id != partnership_id:
            raise Refusal(Code.NOT_FOUND)

    # What is read.

    async def partnership(self, request: Request) -> Response:
        seat = await self._reader(request)
        self._refuse_other(seat, request.path_params["partnership_id"])
        await self.node.workspace.let_clock_record(seat.partnership_id)
        partnership = self.node.workspace.partnership(seat.partnership_id)
        names = await asyncio.to_thread(self.node.identity.names, seat.partnership_id)
        for header in await self.node.read(as_of.agreements_of, seat.partnership_id):
            if header["next_deadline"] and header["next_deadline"] <= written(self.node.clock()):
                await self.node.workspace.let_clock_record(header["agreement_id"])
        headers = await self.node.read(as_of.agreements_of, seat.partnership_id)
        return json_response(PARTNERSHIP.of(partnership_row(partnership, names, headers)))

    async def own_sealed(self, request: Request) -> Response:
        seat, stream = await self._stream(request, Partnership.KIND)
        exchange_id = request.path_params["exchange_id"]
        found = await own_sealed(self.node, seat, stream, exchange_id)
        return json_response({"exchange_id": exchange_id, "content": found.content})

    async def _events(self, request: Request, stream: str) -> Response:
        after = _whole(request, "after", 0, 0, 2**53)
        limit = _whole(request, "limit", 100, 1, 1000)
        found = await asyncio.to_thread(some_events, self.node.database.log, UUID(stream), after, limit)
        events = b",".join(each.state for each in found)
        upto = found[-1].originator_version if found else after
        return Response(b'{"events":[%s],"next":%d}' % (events, upto), media_type="application/json")

    async def _reader(self, request: Request) -> Seat:
        seat = await signed_in(self.node, request)
        self.requests.count(seat.member_id)
        return seat

    async def _stream(self, request: Request, kind: str) -> tuple[Seat, str]:
        """The stream that the path names, once the clock has recorded what has passed."""
        seat = await self._reader(request)
        stream = ADDRESSES[kind].means(request.path_params, self.node.workspace.member(seat))
        await self.node.workspace.refuse_foreign(seat, kind, stream)
        await self.node.workspace.let_clock_record(stream)
        return seat, stream


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0].strip() == "application/json"


def _recorded(recorded: Recorded, more: bytes = b"") -> Response:
    events = b",".join(recorded.events)
    body = b'{"events":[%s],"version":%d%s}' % (events, recorded.version, more)
    return Response(body, 201 if recorded.first_time else 200, media_type="application/json")


def _whole(request: Request, name: str, default: int, least: int, most: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 17 and least <= int(given) <= most):
        raise malformed(f"{name} must be a whole number from {least} to {most}.")
    return int(given)


def _time(request: Request, now: datetime) -> str:
    """The time that is asked about, as times are written; a date means its end."""
    if "as_of" in request.query_params:
        raise malformed("as_of and at both say when.", "Send one of them.")
    if (at := read_time(request.query_params["at"])) is None:
        raise malformed(
            "at must be a time with its zone (RFC 3339), or a date, which means its end in UTC.",
            "Write it like 2026-03-03T17:00:00Z; the + of a zone is written %2B in an address.",
        )
    if at > now:
        raise malformed("at is a time to come.", "Leave it out to read how it stands now.")
    return written(at)


def _page(request: Request) -> tuple[int, int]:
    """After which version, and how many rows at most."""
    return _whole(request, "after", 0, 0, 2**53), _whole(request, "limit", 1000, 1, 1000)


def _version(connection: Connection, request: Request, stream: str, now: datetime) -> tuple[int, int | None]:
    """The version that is asked about, and the moment to ask for: None for now."""
    newest = newest_version(connection, stream)
    if "at" in request.query_params:
        moment = as_of.version_at(connection, stream, _time(request, now))
        return moment, moment
    if "as_of" not in request.query_params:
        return newest, None
    moment = _whole(request, "as_of", 0, 0, 2**53)
    if moment > newest:
        raise malformed(f"as_of is beyond the newest version, {newest}.")
    return moment, moment
