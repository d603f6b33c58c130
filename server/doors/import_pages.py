"""The page on which a text is looked at before it is proposed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import acts
from domain.agreement import Agreement
from domain.refusals import Code, Refusal
from domain.words import Mandate
from projections import as_of, tables
from server.agreement_templates import templates
from server.doors import imports
from server.doors.access import RateLimit, decoded, locale_of, received, seat_name, signed_in
from server.doors.pages import page_of
from server.node import Node
from server.seat import Seat
from server.texts.draft import Draft, Notice, What
from web.importing import Into, Preview, import_page, preview_fragment


class ImportPages:
    """Texts for a new agreement, and for one that is there."""

    def __init__(self, node: Node, reads: RateLimit) -> None:
        self.node, self.reads = node, reads

    def routes(self) -> list[Route]:
        return [
            Route("/templates/{name}", self.template),
            *[
                Route(path, handler, methods=[method])
                for path in ("/import", "/agreements/{agreement_id}/import")
                for method, handler in (("GET", self.page), ("POST", self.preview))
            ],
        ]

    async def page(self, request: Request) -> Response:
        """Where a file is chosen."""
        seat, into = await self._into(request)
        offered = await asyncio.to_thread(templates, self.node.settings.templates)
        named = next((each for each in offered if each.name == request.query_params.get("template")), None)
        return await page_of(import_page, into, f"/{seat_name(seat.member_id)}", offered, named)

    async def template(self, request: Request) -> Response:
        """A text to begin with, as Markdown."""
        seat = await signed_in(self.node, request)
        self.reads.count(seat.member_id)
        offered = await asyncio.to_thread(templates, self.node.settings.templates)
        found = next((each for each in offered if each.name == request.path_params["name"]), None)
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        return Response(found.text, media_type="text/markdown")

    async def preview(self, request: Request) -> Response:
        """What a file says, or a preview that was changed, to be shown again; nothing is kept."""
        _, into = await self._into(request)
        if into.why_not:
            raise Refusal(Code.NOT_AUTHORISED, *into.why_not)
        body = await received(request, imports.IMPORT_BYTES)
        if request.headers.get("content-type", "").startswith("application/json"):
            asked = imports.SHOWN.read(await decoded(body), "")
            draft = imports.drafted(asked["clauses"])
            notices = [Notice(each["line"], What(each["what"]), each["words"]) for each in asked.get("notices", ())]
            draft = Draft(asked.get("title"), draft.clauses, notices)
        else:
            draft = await imports.preview(self.node, "markdown", body, into.agreement[1] if into.agreement else None)
            if into.agreement:
                imports.tell_numbers(draft, await self.node.read(as_of.standing, tables.terms, into.agreement[0]))
        said = imports.body_of(draft)
        shown = Preview(said["title"] or "", said["clauses"], said["notices"], locale_of(request))
        return await page_of(preview_fragment, shown, into)

    async def _into(self, request: Request) -> tuple[Seat, Into]:
        seat = await signed_in(self.node, request)
        self.reads.count(seat.member_id)
        workspace = self.node.workspace
        member, partnership = workspace.member(seat), workspace.partnership(seat.partnership_id)
        why_not = _why_not(acts.mandate(member.mandates, Mandate.NEGOTIATOR, (), whole_text=True))
        if member.observer:
            why_not = _why_not([Code.OBSERVER_READ_ONLY])
        them = next(party.name for party in partnership.parties if party.party_id != member.party_id)
        agreement_id = request.path_params.get("agreement_id")
        if agreement_id is None:
            return seat, Into(seat.partnership_id, them, why_not)
        await workspace.refuse_foreign(seat, Agreement.KIND, agreement_id)
        header = await self.node.read(as_of.one, tables.headers, agreement_id, "")
        assert header
        why_not = why_not or _why_not(acts.change_the_text(header["status"]))
        return seat, Into(seat.partnership_id, them, why_not, (agreement_id, header["title"]))


def _why_not(broken: Iterable[Code | Refusal]) -> tuple[str, str] | None:
    """The first thing in the way, in words, and what to do."""
    first = next(iter(broken), None)
    if first is None:
        return None
    refusal = first if isinstance(first, Refusal) else Refusal(first)
    if refusal.code in (Code.NOT_AUTHORISED, Code.OUTSIDE_MANDATE):
        return "Proposing a whole text needs a negotiator whose mandate is for all clauses.", refusal.next_step
    return refusal.detail, refusal.next_step
