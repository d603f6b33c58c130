"""The HTTP API, exactly as docs/protocol.md says it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.agreement import Agreement
from domain.fingerprint import text_fingerprint
from domain.ids import is_id
from domain.partnership import Partnership
from domain.refusals import Code, Refusal, malformed
from domain.times import written
from domain.words import LIVE
from projections import as_of, shapes, tables, timeline
from projections.present import newest_version
from server.deciding.workspace import Recorded
from server.doors import partnerships
from server.doors.access import RateLimit, base_url, bearer_token, read_body, signed_in
from server.doors.openapi import asyncapi, openapi
from server.doors.pages import json_of
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
        agreement = "/api/v1/agreements/{agreement_id}"
        partnership = "/api/v1/partnerships/{partnership_id}"
        return [
            Route("/api/openapi.json", self.openapi),
            Route("/api/asyncapi.json", self.asyncapi),
            Route("/api/v1/partnerships", self.form, methods=["POST"]),
            Route(partnership, self.partnership),
            Route(f"{partnership}/members", self.admit, methods=["POST"]),
            Route(f"{partnership}/agreements", self.open_agreement, methods=["POST"]),
            Route(f"{partnership}/commands", self.command_partnership, methods=["POST"]),
            Route(f"{partnership}/events", self.partnership_events),
            Route(agreement, self.agreement),
            Route(f"{agreement}/commands", self.command_agreement, methods=["POST"]),
            Route(f"{agreement}/events", self.agreement_events),
            Route(f"{agreement}/terms", self.terms),
            Route(f"{agreement}/conflicts", self.conflicts),
            Route(f"{agreement}/consents", self.consents),
            Route(f"{agreement}/timeline", self.timeline),
            Route(f"{agreement}/proposals/{{proposal_id}}", self.proposal),
        ]

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
        asked = partnerships.OPEN.read(await read_body(request), "")
        self.node.workspace.refuse_observers(seat)
        self._refuse_other(seat, request.path_params["partnership_id"])
        agreement_id = await partnerships.open_agreement(self.node, seat, **asked)
        return json_response({"agreement_id": agreement_id}, 201)

    async def command_agreement(self, request: Request) -> Response:
        seat = await self._sender(request)
        raw = await read_body(request)
        return await self._command(seat, Agreement.KIND, request.path_params["agreement_id"], raw)

    async def command_partnership(self, request: Request) -> Response:
        seat = await self._sender(request)
        raw = await read_body(request)
        return await self._command(seat, Partnership.KIND, request.path_params["partnership_id"], raw)

    async def _command(self, seat: Seat, kind: str, stream: str, raw: Any) -> Response:
        with self.node.metrics.timing_command():
            recorded = await self.node.workspace.on(kind, seat, stream, raw)
        return _recorded(recorded)

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
        partnership = self.node.workspace.partnership(seat.partnership_id)
        names = await asyncio.to_thread(self.node.identity.names, seat.partnership_id)
        for header in await self.node.read(as_of.agreements_of, seat.partnership_id):
            if header["next_deadline"] and header["next_deadline"] <= written(self.node.clock()):
                await self.node.workspace.let_clock_record(header["agreement_id"])
        headers = await self.node.read(as_of.agreements_of, seat.partnership_id)
        return json_response(
            {
                "name": " & ".join(party.name for party in partnership.parties),
                "kind": partnership.kind,
                "purpose": partnership.purpose,
                "parties": [{"party_id": party.party_id, "name": party.name} for party in partnership.parties],
                "members": [
                    {
                        "member_id": member.member_id,
                        "party_id": member.party_id,
                        "name": names.get(member.member_id),
                        "mandates": [
                            mandate if covered is None else {"mandate": mandate, "term_ids": sorted(covered)}
                            for mandate, covered in member.mandates.items()
                        ],
                        "observer": member.observer,
                    }
                    for member in partnership.members.values()
                ],
                "agreements": [
                    {field: header[field] for field in ("agreement_id", "title", "status")} for header in headers
                ],
            }
        )

    async def partnership_events(self, request: Request) -> Response:
        seat = await self._reader(request)
        self._refuse_other(seat, request.path_params["partnership_id"])
        return await self._events(request, seat.partnership_id)

    async def agreement_events(self, request: Request) -> Response:
        await self._agreement(request)
        return await self._events(request, request.path_params["agreement_id"])

    async def _events(self, request: Request, stream: str) -> Response:
        after = _whole(request, "after", 0, 0, 2**53)
        limit = _whole(request, "limit", 100, 1, 1000)
        found = await asyncio.to_thread(some_events, self.node.database.log, UUID(stream), after, limit)
        events = b",".join(each.state for each in found)
        upto = found[-1].originator_version if found else after
        return Response(b'{"events":[%s],"next":%d}' % (events, upto), media_type="application/json")

    async def agreement(self, request: Request) -> Response:
        agreement_id = await self._agreement(request)

        def ask(connection: Connection) -> Body:
            version, moment = _version(connection, request, agreement_id)
            terms = as_of.standing(connection, tables.terms, agreement_id, moment)
            header = as_of.one(connection, tables.headers, agreement_id, "", moment)
            return {
                "version": version,
                "status": header and header["status"],
                "fingerprint": text_fingerprint(agreement_id, terms) if header else None,  # type: ignore[arg-type]
                "terms": shapes.term_shapes(terms),
                "proposals": [
                    shapes.proposal_shape(each)
                    for each in as_of.standing(connection, tables.proposals, agreement_id, moment)
                    if each["state"] in LIVE
                ],
                "objections": [
                    shapes.objection_shape(each)
                    for each in as_of.standing(connection, tables.objections, agreement_id, moment)
                ],
            }

        return await json_of(await self.node.read(ask))

    async def terms(self, request: Request) -> Response:
        found = await self._asked(request, lambda connection, *of: as_of.standing(connection, tables.terms, *of))
        return await json_of({"terms": shapes.term_shapes(found)})

    async def conflicts(self, request: Request) -> Response:
        after, limit = _page(request)

        def ask(connection: Connection, agreement_id: str, moment: int | None) -> as_of.Page:
            return as_of.raised(connection, agreement_id, moment, after, limit)

        found = await self._asked(request, ask)
        return await json_of({"conflicts": [shapes.conflict_shape(each) for each in found.bodies], "next": found.next})

    async def consents(self, request: Request) -> Response:
        after, limit = _page(request)

        def ask(connection: Connection, agreement_id: str, moment: int | None) -> tuple[as_of.Page, dict[int, int]]:
            page = as_of.happened(connection, tables.consents, agreement_id, moment, after, limit)
            return page, as_of.voided(connection, agreement_id, moment)

        found, voided = await self._asked(request, ask)
        rows = [each | {"voided_by": _voided_by(each, voided)} for each in found.bodies]
        return await json_of({"consents": rows, "next": found.next})

    async def timeline(self, request: Request) -> Response:
        after, limit = _page(request)

        def ask(connection: Connection, agreement_id: str, moment: int | None) -> as_of.Page:
            return as_of.happened(connection, tables.timeline, agreement_id, moment, after, limit)

        found = await self._asked(request, ask)
        seat = await signed_in(self.node, request)
        names = self.node.directory(seat.partnership_id).names
        shown = ("event_version", "at", "type", "party_id", "member_id", "term_ids")
        rows = [
            {field: body[field] for field in shown} | {"sentence": timeline.sentence(body, names)}
            for body in found.bodies
        ]
        return await json_of({"timeline": rows, "next": found.next})

    async def proposal(self, request: Request) -> Response:
        agreement_id = await self._agreement(request)

        def ask(connection: Connection) -> Body | None:
            _, moment = _version(connection, request, agreement_id)
            proposal_id = request.path_params["proposal_id"]
            if not is_id(proposal_id):
                return None
            return as_of.one(connection, tables.proposals, agreement_id, proposal_id, moment)

        found = await self.node.read(ask)
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        return json_response(shapes.proposal_shape(found))

    async def _asked(self, request: Request, how: Callable[[Connection, str, int | None], R]) -> R:
        """how: asks about an agreement at a version, None for now."""
        agreement_id = await self._agreement(request)

        def ask(connection: Connection) -> R:
            _, moment = _version(connection, request, agreement_id)
            return how(connection, agreement_id, moment)

        return await self.node.read(ask)

    async def _reader(self, request: Request) -> Seat:
        seat = await signed_in(self.node, request)
        self.requests.count(seat.member_id)
        return seat

    async def _agreement(self, request: Request) -> str:
        """The agreement that the path names, once the clock has recorded what has passed."""
        seat = await self._reader(request)
        agreement_id: str = request.path_params["agreement_id"]
        await self.node.workspace.refuse_foreign(seat, Agreement.KIND, agreement_id)
        await self.node.workspace.let_clock_record(agreement_id)
        return agreement_id


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0].strip() == "application/json"


def _recorded(recorded: Recorded) -> Response:
    events = b",".join(recorded.events)
    body = b'{"events":[%s],"version":%d}' % (events, recorded.version)
    return Response(body, 201 if recorded.first_time else 200, media_type="application/json")


def _whole(request: Request, name: str, default: int, least: int, most: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 17 and least <= int(given) <= most):
        raise malformed(f"{name} must be a whole number from {least} to {most}.")
    return int(given)


def _page(request: Request) -> tuple[int, int]:
    """After which version, and how many rows at most."""
    return _whole(request, "after", 0, 0, 2**53), _whole(request, "limit", 1000, 1, 1000)


def _voided_by(consent: Body, voided: Mapping[int, int]) -> int | None:
    """The version of the event that made a signature void; consents to terms are never void, others follow them."""
    return voided.get(consent["event_version"]) if consent["act"] == "ratified" else None


def _version(connection: Connection, request: Request, agreement_id: str) -> tuple[int, int | None]:
    """The version that is asked about, and the moment to ask for: None for now."""
    newest = newest_version(connection, agreement_id)
    if "as_of" not in request.query_params:
        return newest, None
    moment = _whole(request, "as_of", 0, 0, 2**53)
    if moment > newest:
        raise malformed(f"as_of is beyond the newest version, {newest}.")
    return moment, moment
