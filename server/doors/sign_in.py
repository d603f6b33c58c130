"""The door: forming a partnership, links that sign a member in, and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from domain import acts
from domain.fields import Flag, Object, Reference, Text, Word
from domain.ids import MemberId, PartnershipId
from domain.refusals import Code, Guards, Refusal
from domain.words import PARTNERSHIP_KINDS
from projections import as_of
from server.doors import partnerships
from server.doors.access import RateLimit, base_url, cookie_name, read_body, read_form, seat_name, signed, signed_in
from server.doors.problems import status_of
from server.node import Node
from server.people.identity import Invitation, fresh_secret, invitation_row
from server.seat import TOKEN, Seat
from server.sources import new_id
from web.templates import templates
from web.wording import gettext, plain

_LINK = Object({"member_id": Reference()}, optional=("member_id",))
_OUT = Object({"everywhere": Flag()}, optional=("everywhere",))
_FORM = Object(
    {
        "kind": Word(*PARTNERSHIP_KINDS),
        "purpose": Text(allow_empty=True),
        "party_a": Text(),
        "person_a": Text(),
        "email_a": partnerships.EmailAddress(allow_empty=True),
        "party_b": Text(),
        "person_b": Text(),
        "email_b": partnerships.EmailAddress(allow_empty=True),
    }
)


class Door:
    """The pages before anybody is signed in, and what a member does with links and sessions."""

    def __init__(self, node: Node, commands: RateLimit) -> None:
        self.node, self.commands = node, commands
        self._asked: dict[str, float] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/", self.door),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/form/{host_token}", self.form, methods=["GET", "HEAD"]),
            Route("/form/{host_token}", self.formed, methods=["POST"]),
            Route("/join/{secret}", self.join, methods=["GET", "HEAD"]),
            Route("/join/{secret}", self.joined, methods=["POST"]),
        ]

    def seated_routes(self) -> list[Route]:
        return [
            Route("/links", self.link, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    # Signing in.

    async def door(self, _: Request) -> Response:
        """Where one asks for a new link."""
        return self._page("door.html", told=None)

    async def sign_in(self, request: Request) -> Response:
        """Send a new link to a known address; the answer is the same for an unknown one."""
        email = (await read_form(request)).get("email", "").strip()
        if not self.node.mail.is_configured or not email:
            told = gettext("No e-mail is sent from here. Ask whoever invited you for a new link.")
            return self._page("door.html", told=told)
        if self._may_ask(email.lower()):
            self.node.background.start(self._send_links(email))
        told = gettext("If %(email)s is known here, a link is on its way. It works once.", email=email)
        return self._page("door.html", told=told)

    def _may_ask(self, email: str) -> bool:
        """One link for an address in a minute."""
        now = asyncio.get_running_loop().time()
        self._asked = {each: at for each, at in self._asked.items() if now - at < 60}
        if email in self._asked:
            return False
        self._asked[email] = now
        return True

    async def _send_links(self, email: str) -> None:
        """After the answer, which so takes as long for an unknown address."""
        minutes, base = self.node.settings.sign_in_minutes, str(self.node.settings.public_url).rstrip("/")
        for seat in await asyncio.to_thread(self.node.identity.by_email, email):
            link = await self._fresh_link(base, seat, timedelta(minutes=minutes))
            told = plain(
                "This link signs you in to Onetext. It works once, within %(minutes)s minutes.", minutes=minutes
            )
            text = f"{told}\n\n{link}\n"
            self.node.mail.send(email, plain("Your link to Onetext"), text)

    async def join(self, request: Request) -> Response:
        """Shows a page; only a demo's link, which may be used any number of times, signs in at once."""
        invitation = await self._invitation(request)
        if invitation.reusable and request.method == "GET":
            return await self._sign_in(request, invitation)
        return await self._join_page(invitation)

    async def joined(self, request: Request) -> Response:
        """Sign a member in by a link, which is used up."""
        return await self._sign_in(request, await self._invitation(request))

    async def _join_page(self, invitation: Invitation, status: int = 200) -> Response:
        seat = invitation.seat
        directory = self.node.directory(seat.partnership_id)
        partnership = self.node.workspace.partnership(seat.partnership_id)
        us = partnership.member(seat.member_id).party_id
        them = next(party.party_id for party in partnership.parties if party.party_id != us)
        named = {"name": directory.names.get(seat.member_id), "us": directory.names[us], "them": directory.names[them]}
        return self._page("join.html", status, invitation=invitation, **named)

    async def _invitation(self, request: Request) -> Invitation:
        secret = request.path_params["secret"]
        invitation = await asyncio.to_thread(self.node.identity.invitation, secret, self.node.clock())
        if invitation is None:
            raise Refusal(Code.NOT_FOUND)
        await self.node.known(invitation.seat.partnership_id)
        return invitation

    async def _sign_in(self, request: Request, invitation: Invitation) -> Response:
        session_id, seat, secret = new_id(), invitation.seat, request.path_params["secret"]
        now, days = self.node.clock(), self.node.settings.session_days
        first = self.node.workspace.partnership(seat.partnership_id).first_member(seat.member_id)
        leads_to = invitation.leads_to or await self._first_page(seat.partnership_id)
        # Nothing that can fail comes between this and the answer: the link is used up by it.
        if not await asyncio.to_thread(self.node.identity.enter, secret, invitation, session_id, now, days, first):
            return await self._join_page(await self._invitation(request), 409)
        self.node.background.start(self._close_first(first))
        name = seat_name(seat.member_id)
        response = RedirectResponse(f"/{name}{leads_to}", 303)
        response.set_cookie(
            cookie_name(name),
            signed(self.node, session_id),
            max_age=days * 86400,
            httponly=True,
            samesite="lax",
            secure=base_url(request, self.node).startswith("https:"),
        )
        return response

    async def _close_first(self, member_id: MemberId) -> None:
        """Close what a first member's token opened, if that has died."""
        if not await asyncio.to_thread(self.node.identity.has_token, member_id):
            self.node.rooms.close_sockets_of(member_id, TOKEN)
            self.node.other_nodes.announce_sign_out(member_id, TOKEN)

    async def _first_page(self, partnership_id: PartnershipId) -> str:
        headers = await self.node.read(as_of.agreements_of, partnership_id)
        return f"/agreements/{headers[0]['agreement_id']}" if len(headers) == 1 else "/"

    # Forming a partnership, with the host token.

    async def form(self, request: Request) -> Response:
        """The form of a new partnership, for who has the host token."""
        await self._refuse_other_tokens(request)
        return self._form_page()

    async def formed(self, request: Request) -> Response:
        """Form a partnership, and show the invitations of both first members."""
        await self._refuse_other_tokens(request)
        given = await read_form(request)
        try:
            asked = _FORM.read(given, "")
        except Refusal as refusal:
            return self._form_page(given, refusal)
        people = [partnerships.First(asked[f"person_{side}"], asked[f"email_{side}"] or None) for side in "ab"]
        names = [asked["party_a"], asked["party_b"]]
        formed = await partnerships.form(self.node, asked["kind"], asked["purpose"], names, people)
        base = base_url(request, self.node)
        links = [f"{base}/join/{formed.invitations[party['party_id']]}" for party in formed.parties]
        us, them = people
        is_sent = self.node.mail.is_configured and them.email is not None
        if is_sent:
            words = plain(
                "%(member)s of %(party)s invites you to work on one text, for %(other)s.",
                member=us.name,
                party=names[0],
                other=names[1],
            )
            lasts = plain("It works once, within %(days)s days.", days=self.node.settings.invitation_days)
            text = f"{words}\n\n{links[1]}\n\n{lasts}\n"
            self.node.mail.send(str(them.email), plain("You are invited to Onetext"), text)
        shown = {"parties": names, "people": people, "link": links[0], "theirs": None if is_sent else links[1]}
        return self._page("formed.html", 201, **shown)

    def _form_page(self, given: Mapping[str, str] | None = None, refusal: Refusal | None = None) -> Response:
        """The form, with what was filled in and why it was not taken."""
        status = status_of(refusal.code) if refusal else 200
        return self._page("form.html", status, kinds=PARTNERSHIP_KINDS, given=given or {}, refusal=refusal)

    async def _refuse_other_tokens(self, request: Request) -> None:
        token = request.path_params["host_token"]
        if not await asyncio.to_thread(self.node.identity.is_host_token, token):
            raise Refusal(Code.NOT_FOUND)

    # Further links, and the way out.

    async def link(self, request: Request) -> Response:
        """A link for one's own further device; for others of one's party by a signatory or sponsor."""
        seat = await signed_in(self.node, request)
        self.commands.count(seat.member_id)
        asked = _LINK.read(await read_body(request), "")
        member_id = asked.get("member_id", seat.member_id)
        if member_id != seat.member_id:
            self._refuse_unless_administering(seat, member_id)
        lasts = timedelta(days=self.node.settings.invitation_days)
        link = await self._fresh_link(base_url(request, self.node), Seat(member_id, seat.partnership_id), lasts)
        return JSONResponse({"link": link}, 201)

    def _refuse_unless_administering(self, seat: Seat, member_id: str) -> None:
        me = self.node.workspace.member(seat)
        other = self.node.workspace.partnership(seat.partnership_id).members.get(member_id)  # type: ignore[call-overload]
        if other is None or other.party_id != me.party_id:
            raise Refusal(Code.NOT_FOUND)
        Guards(acts.administer(me.mandates, own_party=True)).settle()

    async def _fresh_link(self, base: str, seat: Seat, lasts: timedelta) -> str:
        secret = fresh_secret()
        await self.node.workspace.keep([invitation_row(secret, seat, self.node.clock(), lasts)])
        return f"{base}/join/{secret}"

    async def sign_out(self, request: Request) -> Response:
        """End the session, or all of one's sessions."""
        seat = await signed_in(self.node, request)
        asked = _OUT.read(await read_body(request), "")
        identity, now = self.node.identity, self.node.clock()
        if asked.get("everywhere"):
            await asyncio.to_thread(identity.end_sessions, seat.member_id, now)
        elif seat.session_id:
            await asyncio.to_thread(identity.end_session, seat.session_id, now)
        session_id = None if asked.get("everywhere") else seat.session_id
        self.node.rooms.close_sockets_of(seat.member_id, session_id)
        self.node.other_nodes.announce_sign_out(seat.member_id, session_id)
        response = JSONResponse({})
        response.delete_cookie(cookie_name(seat_name(seat.member_id)))
        return response

    def _page(self, template: str, status: int = 200, **given: object) -> Response:
        page = templates.get_template(f"door/{template}").render(sends_mail=self.node.mail.is_configured, **given)
        return HTMLResponse(page, status, {"Cache-Control": "no-store"})
