"""The history of an agreement: pages that can be read and change nothing, for members, and for the guests of a link.

Both parties' members and guests get the same bytes: every link is relative, and nothing is said of who reads.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from domain.agreement import Agreement
from domain.ids import PartnershipId, ShareId, is_id
from domain.refusals import Code, Refusal, malformed
from domain.relationship import Share
from domain.times import moment_of, read_date, read_time, written
from domain.words import AgreementStatus, ShareState
from projections import as_of, tables
from projections.course import conflicts, course, marks, stops
from projections.history import MOMENTS, Past, called, moments_at, told
from projections.offered import agreed_values, offers
from projections.present import newest_version
from projections.proposed import conditional
from projections.readings import EVERY, About, consents
from projections.story import story
from projections.timeline import sentence
from projections.versions import versions_of
from server.doors.access import RateLimit, base_url, is_foreign, locale_of, mac_of, signed_in
from server.doors.documents import file_of, paper_of, pdf
from server.doors.pages import json_of, page_of
from server.node import Node
from server.sources import new_id
from server.texts.document import consents_table
from web.audit import FILTERS, SORTS, Audit, pending
from web.history import HistoryReader
from web.history_pages import audit_page, clause_page, compare_page, course_page, history_page, portfolio_page
from web.marks import strip
from web.meeting import Meeting, meetings
from web.moments import tell
from web.papers import briefing, rests_on
from web.templates import templates
from web.wording import gettext

ENDED, BUSY = 4410, 1013
"""The close codes for a page whose link was ended, and for one that is to try again later."""
ZOOMS: dict[str, float] = {"0.5": 0.5, "1": 1, "2": 2, "4": 4}
LONGEST, TOLD = timedelta(days=370), timedelta(days=30)
"""For which a browser keeps the cookie of a link at most, and, after the time of the link, for whoever had a page open
to be told that it has passed: together what browsers keep one (RFC 6265bis, 5.5)."""
_COOKIE = "onetext_share_"


class Closed(Exception):
    """A link that opens nothing: not yet, or no more."""

    def __init__(self, status: int, detail: str, next_step: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.next_step = status, detail, next_step


Loads = Callable[..., Past | None]
"""How a past is read: as a whole, or in brief."""


class Of(NamedTuple):
    """Whose history is read."""

    partnership_id: PartnershipId
    agreement_id: str
    asker: str
    """Whose papers are counted together: a member's, or those of all guests of a link."""


class HistoryPages:
    """The same pages under a member's seat and under a link's."""

    def __init__(self, node: Node, requests: RateLimit) -> None:
        self.node, self.requests = node, requests

    def seated_routes(self) -> list[Route]:
        return [Route("/history/", self.portfolio), *self._pages("/history/{agreement_id}", self._member)]

    def routes(self) -> list[Route]:
        return [Route("/s/{secret}", self.enter), *self._pages("/shared/{share_id}", self._guest)]

    def live_routes(self) -> list[WebSocketRoute]:
        return [WebSocketRoute("/shared/{share_id}/live", self.live)]

    def _pages(self, path: str, whose: Callable[[Request], Awaitable[Of]]) -> list[Route]:
        def shown(page: Callable[[Request, Of], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
            @wraps(page)
            async def answer(request: Request) -> Response:
                try:
                    of = await whose(request)
                    request.state.back = _tree_of(request.url.path)
                    return await page(request, of)
                except Closed as closed:
                    return _closed(closed)

            return answer

        return [
            Route(f"{path}/", shown(self.history)),
            Route(f"{path}/audit", shown(self.audit)),
            Route(f"{path}/consents.csv", shown(self.consents)),
            Route(f"{path}/document.pdf", shown(self.document)),
            Route(f"{path}/briefing.pdf", shown(self.briefing)),
            Route(f"{path}/clauses/{{term_id}}", shown(self.clause)),
            Route(f"{path}/compare", shown(self.compare)),
            Route(f"{path}/course", shown(self.course)),
            Route(f"{path}/marks.svg", shown(self.strip)),
            Route(f"{path}/marks.json", shown(self.marks)),
            Route(f"{path}/moments.json", shown(self.moments)),
        ]

    async def history(self, request: Request, of: Of) -> Response:
        """Where an agreement stands, what was agreed, where it was hard, and how it came to be."""
        view, clause = await self._reader(request, of), await self._clause(request, of)
        told_of = [*view.past.setbacks, *view.past.happened]
        versions = sorted({each["event_version"] for each in told_of})
        return await page_of(history_page, await self._with_events(view, of, versions), clause)

    async def _with_events(self, view: HistoryReader, of: Of, versions: Sequence[int]) -> HistoryReader:
        """The same with the fields of some events at hand."""
        events = await asyncio.to_thread(self.node.workspace.aggregates.events, of.agreement_id, versions)
        fields = {each.originator_version: each.data() for each in events}
        return HistoryReader(view.past, view.directory, view.locale, view.now, fields)

    async def audit(self, request: Request, of: Of) -> Response:
        """Every consent: by whom, under which mandate, to which exact words, when."""
        return await page_of(audit_page, await self._audit(request, of))

    async def consents(self, request: Request, of: Of) -> Response:
        """The same as a table to take away."""
        audit = await self._audit(request, of)
        past = audit.view.past
        is_in_force = past.header["status"] == AgreementStatus.IN_FORCE
        headings, names = dict(past.headings), audit.view.names
        text = await asyncio.to_thread(
            lambda: consents_table(
                audit.consents, is_in_force=is_in_force, headings=headings, names=names, has_conditions=True
            )
        )
        return file_of(text, "text/csv", f"{past.header['title']}, consents", "csv")

    async def document(self, request: Request, of: Of) -> Response:
        """The text as a paper to be kept."""
        past = (await self._reader(request, of, Past.brief)).past
        names = self.node.directory(of.partnership_id).names
        about = About(of.agreement_id, past.version, past.version, names=names)
        return await pdf(self.node, lambda _: about, locale_of(request), of.asker)

    async def briefing(self, request: Request, of: Of) -> Response:
        """What the page says, as a paper that is read in ten minutes."""
        view = await self._reader(request, of)
        past = view.past
        view = await self._with_events(view, of, [each["event_version"] for each in past.setbacks])
        moments = await self.node.read(moments_at, of.agreement_id, rests_on(view))
        said = await asyncio.to_thread(briefing, view, moments)
        return await paper_of(self.node, "briefing", said, past.at, f"{past.header['title']}, briefing", of.asker)

    async def _audit(self, request: Request, of: Of) -> Audit:
        view = await self._reader(request, of)
        about = About(of.agreement_id, view.past.version, view.past.version, limit=EVERY)
        found = await self.node.read(consents, about)
        assert found
        asked = {name: given for name in FILTERS if (given := request.query_params.get(name))}
        sort = request.query_params.get("sort", SORTS[0])
        if sort not in SORTS:
            raise malformed(f"sort is one of {', '.join(SORTS)}.", "Take a link of this page.")
        on_condition = await self.node.read(conditional, of.agreement_id, view.past.version)
        versions = [each.version for each in on_condition]
        events = await asyncio.to_thread(self.node.workspace.aggregates.events, of.agreement_id, versions)
        every = [*found["consents"], *pending(on_condition, events)]
        audit = Audit(view, every, asked, sort, _number(request, "skip") or 0)
        if 0 < len(audit.consents) <= audit.skipped:
            raise malformed(f"There are {len(audit.consents)} rows.", "Take a link of this page, or leave skip out.")
        return audit

    async def compare(self, request: Request, of: Of) -> Response:
        """The text at two moments: within one text or side by side; at first, since the day before the last event."""
        first, last = _number(request, "from"), _number(request, "to")
        if first is not None and last is not None and first > last:
            first, last = last, first
        view = await (
            self._reader(request, of, Past.brief) if last is None else self._reader_at(request, of, last, Past.brief)
        )
        if first is None:
            first = await self.node.read(as_of.version_before, of.agreement_id, f"{view.past.at[:10]}T")
        if first > view.past.version:
            raise malformed(f"from is a number from 0 to {view.past.version}.", "Take a link of this page.")
        before = await self.node.read(as_of.standing, tables.terms, of.agreement_id, first)
        both = await self.node.read(moments_at, of.agreement_id, [first, view.past.version])
        return await page_of(compare_page, view, first, before, both, beside="beside" in request.query_params)

    async def course(self, request: Request, of: Of) -> Response:
        """The course of the negotiation as a picture: one lane a clause, what answers above what it answers."""
        view = await self._reader(request, of, Past.brief)
        drawn = await self.node.read(course, of.agreement_id, view.past.version)
        view = await self._naming(view, of, {term_id for mark, _ in drawn for term_id in mark.term_ids})
        zoom = request.query_params.get("zoom", "1")
        if zoom not in ZOOMS:
            raise malformed(f"zoom is one of {', '.join(ZOOMS)}.", "Take a link of this page.")
        hard = await self.node.read(conflicts, view.past)
        met = await self._met(view, of)
        return await page_of(course_page, view, drawn, ZOOMS[zoom], "every" in request.query_params, hard, met)

    async def _met(self, view: HistoryReader, of: Of, term_id: str | None = None) -> list[Meeting]:
        """The clauses for which more than one value was offered, one or all."""
        version = view.past.version
        offered = await self.node.read(offers, of.agreement_id, version, term_id)
        several = meetings(offered, [each["term_id"] for each in view.past.terms])
        term_ids = [each.term_id for each in several]
        agreed = await self.node.read(agreed_values, of.agreement_id, version, term_ids) if term_ids else {}
        return [each._replace(agreed=agreed.get(each.term_id, [])) for each in several]

    async def clause(self, request: Request, of: Of) -> Response:
        """How a clause came to say what it says: its versions, who consented, and which of them brought which words."""
        term_id = request.path_params["term_id"]
        view = await self._reader(request, of)
        view = await self._naming(view, of, [term_id])
        if term_id not in view.past.headings:
            raise Refusal(Code.NOT_FOUND)
        found = await self.node.read(versions_of, of.agreement_id, term_id, view.past.version)
        moments = await self.node.read(story, of.agreement_id, term_id, view.past.version)
        versions = [each["event_version"] for each in moments]
        view = await self._with_events(view, of, versions)
        went = list(tell(moments, [dict(view.events[each]) for each in versions], view.names, term_id))
        return await page_of(clause_page, view, term_id, found, went, await self._met(view, of, term_id))

    async def strip(self, request: Request, of: Of) -> Response:
        """The marks of the events by which the argument moved, as a picture."""
        found = await self.node.read(marks, of.agreement_id, await self._clause(request, of))
        newest = await self.node.read(newest_version, of.agreement_id)
        return Response(await asyncio.to_thread(strip, found, newest), media_type="image/svg+xml")

    async def marks(self, request: Request, of: Of) -> Response:
        """The same for a program: the versions at which their acts ended, in order."""
        found = await self.node.read(stops, of.agreement_id, await self._clause(request, of))
        newest = await self.node.read(newest_version, of.agreement_id)
        return await json_of({"newest": newest, "marks": found})

    async def moments(self, request: Request, of: Of) -> Response:
        """What happened after an event, each in a sentence."""
        after = _number(request, "after") or 0
        found = await self.node.read(told, of.agreement_id, after, MOMENTS)
        names = self.node.directory(of.partnership_id).names
        told_so = [[each["event_version"], each["at"], sentence(each, names)] for each in found]
        return await json_of({"moments": told_so})

    async def _naming(self, view: HistoryReader, of: Of, term_ids: Collection[str]) -> HistoryReader:
        """The same with the names of some clauses at hand, as far as they were there."""
        past = view.past
        if not (more := [each for each in term_ids if each not in past.headings]):
            return view
        found = await self.node.read(called, of.agreement_id, past.version, more)
        past = replace(past, headings={**past.headings, **found})
        return HistoryReader(past, view.directory, view.locale, view.now, view.events)

    async def _clause(self, request: Request, of: Of) -> str | None:
        """The clause that was chosen."""
        given = request.query_params.get("clause")
        if given:
            newest = await self.node.read(newest_version, of.agreement_id)
            if not is_id(given) or not await self.node.read(called, of.agreement_id, newest, [given]):
                raise malformed("There is no such clause.", "Take a link of this page, or leave clause out.")
        return given or None

    async def _reader(self, request: Request, of: Of, load: Loads = Past.load) -> HistoryReader:
        asked = _number(request, "as_of")
        if request.query_params.get("at") is not None:
            if asked is not None:
                raise malformed("A moment is asked for by as_of or by at, not by both.", "Leave one of them out.")
            at = _time(request, self.node.clock())
            asked = await self.node.read(as_of.version_at, of.agreement_id, at)
            if asked == 0:
                given = request.query_params["at"]
                raise malformed(f"This agreement was not there yet at {given}.", "Ask for a later time, or none.")
        return await self._reader_at(request, of, asked, load)

    async def _reader_at(self, request: Request, of: Of, asked: int | None, load: Loads = Past.load) -> HistoryReader:
        past = await self.node.read(load, of.agreement_id, asked)
        if past is None:
            newest = await self.node.read(newest_version, of.agreement_id)
            raise malformed(
                f"There is no event {asked}: this agreement has {newest}.", f"Ask for one from 1 to {newest}."
            )
        now = written(self.node.clock())
        return HistoryReader(past, self.node.directory(of.partnership_id), locale_of(request), now)

    # Members.

    async def _member(self, request: Request) -> Of:
        seat = await signed_in(self.node, request)
        self.requests.count(seat.member_id)
        agreement_id: str = request.path_params["agreement_id"]
        await self.node.workspace.refuse_foreign(seat, Agreement.KIND, agreement_id)
        await self.node.workspace.let_clock_record(agreement_id)
        return Of(seat.partnership_id, agreement_id, seat.member_id)

    async def portfolio(self, request: Request) -> Response:
        """Every agreement of the partnership: how it stands, what waits, and which dates fall due."""
        seat = await signed_in(self.node, request)
        self.requests.count(seat.member_id)
        headers = await self.node.read(as_of.agreements_of, seat.partnership_id)
        now = written(self.node.clock())
        for each in headers:
            if (due := each["next_deadline"]) and due <= now:
                await self.node.workspace.let_clock_record(each["agreement_id"])
        directory, locale = self.node.directory(seat.partnership_id), locale_of(request)
        found = [await self.node.read(Past.brief, each["agreement_id"]) for each in headers]
        views = [HistoryReader(each, directory, locale, now) for each in found if each]
        parties = self.node.workspace.partnership(seat.partnership_id).parties
        return await page_of(portfolio_page, [each.name for each in parties], views)

    # Guests.

    async def enter(self, request: Request) -> Response:
        """Change the secret of a link for a cookie of its one tree, so that no history and no referrer carries it."""
        self.requests.count(_address(request))
        found = await asyncio.to_thread(self.node.identity.share, request.path_params["secret"])
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        try:
            share = await self._open(found.partnership_id, found.share_id)
        except Closed as closed:
            return _closed(closed)
        path = f"/shared/{share.share_id}/"
        response = RedirectResponse(path, 303)
        response.set_cookie(
            _COOKIE + share.share_id,
            self._cookie(found.partnership_id, share.share_id, new_id()),
            expires=min(moment_of(share.expires_at), self.node.clock() + LONGEST) + TOLD,
            path=path,
            httponly=True,
            samesite="lax",
            secure=base_url(request, self.node).startswith("https:"),
        )
        return response

    async def _guest(self, request: HTTPConnection) -> Of:
        share_id = request.path_params["share_id"]
        given = request.cookies.get(f"{_COOKIE}{share_id}", "")
        partnership_id, _, rest = given.partition(".")
        guest = rest.partition(".")[0]
        wanted = self._cookie(partnership_id, share_id, guest)
        if not is_id(share_id) or not hmac.compare_digest(given.encode(), wanted.encode()):
            self.requests.count(_address(request))
            raise Refusal(Code.NOT_FOUND)
        self.requests.count(guest)
        share = await self._open(PartnershipId(partnership_id), ShareId(share_id))
        await self.node.workspace.let_clock_record(share.agreement_id)
        return Of(PartnershipId(partnership_id), share.agreement_id, share_id)

    def _cookie(self, partnership_id: str, share_id: str, guest: str) -> str:
        """What shows that this installation let somebody in. guest: tells apart those whose requests are counted."""
        made = mac_of(self.node, "share", f"{partnership_id}:{share_id}:{guest}")
        return f"{partnership_id}.{guest}.{made}"

    async def _open(self, partnership_id: PartnershipId, share_id: ShareId) -> Share:
        """The share, where its link opens now."""
        await self.node.known(partnership_id)
        share = self.node.workspace.partnership(partnership_id).shares.get(share_id)
        if share is None:
            raise Refusal(Code.NOT_FOUND)
        if share.state == ShareState.REVOKED:
            told = gettext("This link was ended.")
            raise Closed(410, told, gettext("Ask whoever gave it to you whether there is another one."))
        if share.expires_at <= written(self.node.clock()):
            told = gettext("The time of this link has passed.")
            raise Closed(410, told, gettext("Ask whoever gave it to you for a new one."))
        if share.state == ShareState.ASKED:
            told = gettext("This link is not open yet: the other party has not agreed to it.")
            raise Closed(403, told, gettext("Open it again once both have agreed."))
        return share

    async def live(self, socket: WebSocket) -> None:
        """Stays open as long as the link does; closed with 4410 once it is ended."""
        if is_foreign(self.node.settings, socket):
            await socket.close(4403)
            return
        await socket.accept()
        share_id = ShareId(socket.path_params["share_id"])
        with self.node.guests.watching(share_id) as ended, suppress(RuntimeError):
            try:
                of = await self._guest(socket)
            except (Closed, Refusal) as refused:
                is_busy = isinstance(refused, Refusal) and refused.code == Code.TOO_MANY
                await socket.close(BUSY if is_busy else ENDED)
                return
            share = self.node.workspace.partnership(of.partnership_id).shares[share_id]
            lasts = (moment_of(share.expires_at) - self.node.clock()).total_seconds()
            if await _first(_left(socket), ended.wait(), lasts):
                await socket.close(ENDED)


async def _first(left: Coroutine[Any, Any, Any], ended: Coroutine[Any, Any, Any], seconds: float) -> bool:
    """Whether the link ends, or its time passes, before the page is left."""
    tasks = [asyncio.create_task(left), asyncio.create_task(ended)]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return not tasks[0].done()
    finally:
        for each in tasks:
            each.cancel()


async def _left(socket: WebSocket) -> None:
    """Until whoever has the page open leaves it; what it says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


_TREE = re.compile(r"/(?:[^/]+/history|shared)/(?:[^/]+/)?")


def _tree_of(path: str) -> str:
    """The page of the history that a page belongs to."""
    found = _TREE.match(path)
    return found[0] if found else "/"


def is_of_history(path: str) -> bool:
    """Whether a path is one of these pages, or a link that leads to them."""
    return path.startswith("/s/") or _TREE.match(path) is not None


def _closed(closed: Closed) -> Response:
    page = templates.get_template("door/refused.html").render(detail=closed.detail, next=closed.next_step, back=None)
    return HTMLResponse(page, closed.status)


def _number(request: Request, name: str) -> int | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and 0 < len(given) < 17):
        raise malformed(f"{name} is a whole number.", "Take a link of this page.")
    return int(given)


def _time(request: Request, now: datetime) -> str:
    """The time that was typed, in UTC where it says no zone: the end of a day, or of the second that pages show."""
    given = request.query_params["at"]
    if day := read_date(given):
        at, end = day, day + timedelta(days=1, microseconds=-1)
    else:
        read = read_time(given) or read_time(f"{given}Z") or read_time(f"{given}:00Z")
        if read is None:
            raise malformed("at is a day, or a day with a time.", "Write it like 2026-03-03T17:00.")
        at, end = read, read if "." in given else read.replace(microsecond=999_999)
    if at > now:
        raise malformed("That time is still to come.", "Ask for an earlier one, or for how it stands now.")
    return written(end)


def _address(connection: HTTPConnection) -> str:
    """Whose requests are counted together for a second: nothing of it is kept."""
    return connection.client.host if connection.client else ""
