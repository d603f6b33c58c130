"""What this workspace records: a page for everybody, made of the event types and the columns of every table, so that
nothing is recorded that it does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.events import Event
from domain.streams import STREAMS, event_types
from projections import tables
from server.doors.access import RateLimit, seat_name, signed_in
from server.doors.pages import page_of
from server.log import beside
from server.node import Node
from web.templates import templates

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "stored_events": (
        "The log: everything that was said and agreed, in order. Both parties see the same.",
        {
            "originator_id": "which partnership or agreement",
            "originator_version": "its place in the order",
            "topic": "what kind of event",
            "state": "the event itself: who acted for which party under which mandate, when, and the words",
            "notification_id": "its place among all events",
        },
    ),
    "people": (
        "Who the members are. It stands outside the log, so that it can be erased.",
        {
            "member_id": "which member",
            "partnership_id": "of which partnership",
            "name": "the name by which others see the member",
            "email": "an address for links, where one was given",
        },
    ),
    "tokens": (
        "What programs sign in with.",
        {
            "hash": "a hash of the token, never the token",
            "member_id": "whose",
            "partnership_id": "of which partnership",
            "made_at": "when it was made",
            "revoked_at": "when it was made void",
            "until_entry": "whether it ends once its party has signed in",
        },
    ),
    "invitations": (
        "Links that sign a member in.",
        {
            "hash": "a hash of the link, never the link",
            "member_id": "for whom",
            "partnership_id": "of which partnership",
            "made_at": "when it was made",
            "expires_at": "until when it holds",
            "used_at": "when it was used up, so that it works once",
            "reusable": "whether it is a demo's, which works any number of times",
            "leads_to": "to which page it leads",
        },
    ),
    "sessions": (
        "Browsers that are signed in, so that they can be signed out.",
        {
            "session_id": "which session",
            "member_id": "whose",
            "partnership_id": "of which partnership",
            "made_at": "when it began",
            "expires_at": "when it ends",
            "revoked_at": "when it was ended",
        },
    ),
    "secrets": (
        "Secrets of this installation.",
        {"name": "which", "value": "the secret, or what tells whether a key is the right one"},
    ),
    "command_outcomes": (
        "What each command came to, so that a repeated one is done once.",
        {
            "stream": "of which partnership or agreement",
            "command_id": "which command",
            "member_id": "who sent it",
            "content": "a hash of what it said, so that another one cannot pass for it; nothing of what is sealed",
            "first_version": "the first event that it caused",
            "last_version": "the last event that it caused",
        },
    ),
    "share_links": (
        "Links by which both have agreed to show an agreement to others.",
        {
            "hash": "a hash of the link, never the link",
            "share_id": "which of them",
            "partnership_id": "of which partnership",
        },
    ),
    "sealed": (
        "What a party has sealed, encrypted, until both have sealed or it is taken back, cancelled or expired.",
        {
            "exchange_id": "of which exchange",
            "party_id": "whose",
            "commitment": "the salted hash that the other party sees",
            "ciphertext": "the words, encrypted with a key that is not in the database",
        },
    ),
}
"""Of what is kept beside what can be rebuilt: each table with what it is for, and its columns."""

REBUILT = {
    "stream": "of which partnership or agreement",
    "key": "which thing",
    "since": "from which event on it holds",
    "until": "until which event it held",
    "sort": "its place among others",
    "follows": "whether it followed from the event before",
    "shown": "whether it is part of the present",
    "type": "what kind of event",
    "body": "the thing as the events left it",
    "of": "the thing that it belongs to",
    "linked": "whether it serves a need",
    "place": "its place within an event",
    "term_id": "which clause",
    "party_id": "which party",
    "event_version": "which event",
    "partnership_id": "of which partnership",
    "agreement_id": "which agreement",
    "model": "the number of their form",
    "position": "up to which event they are current",
}
"""Columns of the tables that are folded from the log, and hold nothing else."""


KINDS = {"agreement": "In the agreement", "partnership": "In the partnership"}
"""Of streams, as where something is recorded."""
OF_EVENTS = {
    "after": "the clause that it stands after",
    "again": "an earlier offer that it takes up",
    "agreement_id": "which agreement",
    "breaks": "what breaks trust, in the party's words",
    "builds": "what builds trust, in the party's words",
    "category": "of which kind of trust it speaks",
    "cause": "why it came to that",
    "caused_by": "which event it followed from",
    "commitment": "a salted hash of what was sealed",
    "condition": "what acceptance depends on, in words",
    "contents": "what both had sealed, in their words",
    "counters": "the offer that it answers with another",
    "covers": "the clauses that a mandate is for from now on",
    "due": "until when it is to be done",
    "evidence": "what shows that it was done, in words",
    "exchange_id": "which sealed exchange",
    "expires_at": "until when a link opens",
    "fingerprint": "a hash of the exact words that were consented to",
    "ground": "on what ground somebody objects",
    "heading": "the heading of a clause",
    "intention_id": "which vision, principle or outcome",
    "items": "what is proposed, clause by clause: headings, words, values, places",
    "kind": "of which kind it is",
    "mandate": "which mandate",
    "mark": "as what a clause is marked",
    "member_id": "which member",
    "need_id": "which need",
    "need_ids": "which needs it serves",
    "note": "what its party wants to say with it, in words",
    "objection_id": "which objection",
    "objection_ids": "which objections it answers",
    "observer": "whether the member may only read",
    "on": "whether it holds or is taken off",
    "owner": "which party it is for to do",
    "parties": "the names of the two organisations",
    "partnership_id": "which partnership",
    "party_id": "which party",
    "principle_id": "which principle is cited",
    "program": "whether the member is a program",
    "proposal_id": "which offer",
    "purpose": "what the partnership is for, in words",
    "question": "what an exchange is about, in words",
    "question_id": "which question",
    "rationale": "why something is proposed, in words",
    "reaction": "how the party reacts when trust breaks, in its words",
    "reason": "why, in words",
    "refs": "what a way to settle it refers to",
    "repair": "how trust can be repaired, in the party's words",
    "replaces": "in whose place it stands",
    "salts": "what makes the hashes of what was sealed unguessable, told once it is shown",
    "severity": "whether an objection blocks",
    "share_id": "which link to outsiders",
    "signatures": "how many signatures each party gives",
    "term_id": "which clause",
    "term_ids": "which clauses",
    "text": "what was said, in words",
    "thread_id": "to which line of offers it belongs",
    "title": "the title of an agreement",
    "until": "until when it holds",
    "until_as_sent": "the same as it was written",
    "valid_until": "until when an offer, or the time to sign, holds",
    "version": "which version was read",
    "versions": "which versions of clauses came of it",
    "why": "why something is needed, in words",
    "with_concerns": "concerns with which it was accepted",
    "would_accept": "what would make it acceptable, in words",
}
"""What each field of an event holds, beside what every event has."""


class Told(NamedTuple):
    """A kind of thing that is recorded: its name, what it means, and what is recorded of it."""

    name: str
    means: str
    fields: Sequence[tuple[str, str]]


def told_events() -> list[tuple[str, list[Told]]]:
    """The event types, by the kind of stream that each is first of."""
    return [(kind, [_told(event) for event in event_types() if event.KINDS[0] == kind]) for kind in STREAMS]


def _told(event: type[Event]) -> Told:
    words = " ".join((event.__doc__ or "").split())
    return Told(event.TOPIC, words, [(each, OF_EVENTS[each]) for each in event.data_fields()])


def told_tables() -> list[Told]:
    """The tables that cannot be rebuilt, with each of their columns."""
    columns = {str(table.name): [str(each.name) for each in table.columns] for table in beside.metadata.sorted_tables}
    names = {"stored_events": list(TABLES["stored_events"][1])} | columns
    return [Told(name, TABLES[name][0], [(each, TABLES[name][1][each]) for each in names[name]]) for name in names]


def told_rebuilt() -> list[Told]:
    """The tables that are folded from the log."""
    return [
        Told(str(table.name), "", [(str(each.name), REBUILT[str(each.name)]) for each in table.columns])
        for table in tables.metadata.sorted_tables
    ]


class RecordPages:
    """For members, and for guests before they sign in."""

    def __init__(self, node: Node, reads: RateLimit) -> None:
        self.node, self.reads = node, reads

    def routes(self) -> list[Route]:
        return [Route("/records", self.for_guests)]

    def seated_routes(self) -> list[Route]:
        return [Route("/records", self.for_members)]

    async def for_guests(self, _: Request) -> Response:
        """What this workspace records, for whoever has not signed in yet."""
        return await page_of(records_page, "/")

    async def for_members(self, request: Request) -> Response:
        """What this workspace records."""
        seat = await signed_in(self.node, request)
        self.reads.count(seat.member_id)
        return await page_of(records_page, f"/{seat_name(seat.member_id)}/")


def records_page(back: str) -> str:
    """back: where its reader came from."""
    return templates.get_template("records.html").render(
        back=back, kinds=KINDS, events=told_events(), kept=told_tables(), rebuilt=told_rebuilt()
    )
