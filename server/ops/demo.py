"""The demo: a real standard agreement, mid-negotiation between two invented partners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from domain.ids import PartnershipId
from domain.refusals import Code, Refusal
from domain.words import Mandate
from server.doors.partnerships import First, admit, form, open_agreement
from server.node import Node
from server.ops.demo_relationship import Talk, plan_ahead, say_what_each_needs, speak_of_trust
from server.ops.demo_story import Pace, Table, agree_most, argue, leave_open
from server.people.identity import fresh_secret, invitation_row, secret_row, token_row
from server.seat import Seat
from server.texts.reading import read_markdown
from web.fragments import DemoNotice, Window

_FINISHED = "demo_agreement"
TITLE = "Partnership Agreement"
TEXT = Path(__file__).parent / "demo_data" / "partnership-agreement.md"
Demo = tuple[PartnershipId, str, dict[str, Seat]]
"""The partnership, the agreement, and a seat for each role of each side."""

_PEOPLE = {
    "a": {"contributor": "Ben", "negotiator": "Ada", "signatory": "Sol", "sponsor": "Mira", "observer": "Edda"},
    "b": {"contributor": "Ravi", "negotiator": "Cid", "signatory": "Sue", "sponsor": "Tomas", "observer": "Ines"},
}
VISITORS = {
    "a_negotiator": "Ada, who negotiates for Meridian Home",
    "b_negotiator": "Cid, who negotiates for Castellan Contact",
    "a_observer": "Edda, who reads along for Meridian Home and changes nothing",
}
"""Whose windows whoever tries the demo is offered."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A demo that can be served: for each role a token, for three of them a link's secret and what they are told."""

    partnership_id: str
    agreement_id: str
    tokens: dict[str, str]
    secrets: dict[str, str]
    demo_notices: dict[str, DemoNotice]


async def prepare(node: Node) -> Prepared:
    """Create the demo on an empty database, or take the one that is there; new tokens and links either way."""
    found = await _existing(node) or await _created(node)
    partnership_id, agreement_id, seats = found
    tokens = {key: fresh_secret() for key in seats}
    secrets = {key: fresh_secret() for key in VISITORS}
    now, room = node.clock(), f"/agreements/{agreement_id}"
    rows = [token_row(secret, seats[key], now) for key, secret in tokens.items()]
    for_long = timedelta(days=3650)
    rows += [
        invitation_row(secret, seats[key], now, for_long, reusable=True, leads_to=room)
        for key, secret in secrets.items()
    ]
    await node.workspace.keep(rows)
    return Prepared(partnership_id, agreement_id, tokens, secrets, _notices(seats, secrets))


def _notices(seats: dict[str, Seat], secrets: dict[str, str]) -> dict[str, DemoNotice]:
    """Each visitor is told who they are, and where the others' windows open."""
    windows = {key: Window(words.split(",")[0], f"/join/{secrets[key]}") for key, words in VISITORS.items()}
    return {
        seats[key].member_id: DemoNotice(words, [windows[other] for other in VISITORS if other != key])
        for key, words in VISITORS.items()
    }


async def _created(node: Node) -> Demo:
    """A week of negotiation, told with a clock of its own that ends now."""
    now, real = node.clock(), node.clock
    pace = Pace(now - timedelta(days=7))
    node.clock = node.workspace.clock = pace
    try:
        partnership_id, seats = await _formed(node)
        ada, cid = seats["a_negotiator"], seats["b_negotiator"]
        talk = Talk(node, ada, cid, pace)
        await speak_of_trust(talk)
        needs = await say_what_each_needs(talk)
        await plan_ahead(talk)
        pace.now = now - timedelta(days=6)
        agreement_id, _ = await open_agreement(
            node, ada, "Partnership Agreement", read_markdown(TEXT.read_bytes(), "Partnership Agreement")
        )
        table = await Table.laid(node, agreement_id, ada, cid, pace)
        await agree_most(table)
        await argue(table)
        pace.now = now - timedelta(hours=5)
        await leave_open(table, needs.own_currency)
        for number, need_id in (("5.1", needs.heard_early), ("2.1", needs.own_currency)):
            await table.act(cid, "link_need", term_id=table.term(number), need_id=need_id)
    finally:
        node.clock = node.workspace.clock = real
    await node.workspace.keep([secret_row(_FINISHED, agreement_id)])
    return partnership_id, agreement_id, seats


async def _formed(node: Node) -> tuple[PartnershipId, dict[str, Seat]]:
    names, firsts = ["Meridian Home", "Castellan Contact"], [First("Nora"), First("Otto")]
    formed = await form(node, "outsourcing", "Answer the claims line together", names, firsts)
    seats: dict[str, Seat] = {}
    for side, party in zip("ab", formed.parties, strict=True):
        for role, name in _PEOPLE[side].items():
            admitted = await admit(
                node,
                formed.seats[party["party_id"]],
                party_id=party["party_id"],
                name=name,
                mandates=[] if role == "observer" else [(Mandate(role), None)],
                observer=role == "observer",
            )
            seats[f"{side}_{role}"] = admitted.seat
    return formed.partnership_id, seats


async def _existing(node: Node) -> Demo | None:
    """The first partnership of a used database, its first agreement, and who holds which single role."""
    first = node.database.log.tail(0, 1)
    if not first:
        return None
    agreement_id = node.identity.kept_secret(_FINISHED)
    if agreement_id is None:
        raise Refusal(
            Code.NOT_YET_PERMITTED,
            "This database holds no demo, or one whose making was interrupted.",
            "Serve it with onetext serve, or make the demo in an empty database.",
        )
    await node.known(PartnershipId(str(first[0].originator_id)))
    partnership = node.workspace.partnership(PartnershipId(str(first[0].originator_id)))
    seats: dict[str, Seat] = {}
    for side, party in zip("ab", partnership.parties, strict=True):
        for member in partnership.members.values():
            role = "observer" if member.observer else "".join(member.mandates)
            if member.party_id == party.party_id and role in _PEOPLE[side]:
                seats.setdefault(f"{side}_{role}", Seat(member.member_id, partnership.partnership_id))
    return partnership.partnership_id, agreement_id, seats
