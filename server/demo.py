"""The demo: a real standard agreement, mid-negotiation between two invented partners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from domain.ids import PartnershipId, TermId
from domain.refusals import Code, Refusal
from domain.words import Mandate
from projections import as_of, tables
from server.identity import Seat, fresh_secret, invitation_row, token_row
from server.node import Node
from server.partnerships import admit, form, open_agreement
from server.workspace import new_id

TEXT = Path(__file__).parent / "demo_data" / "partnership-agreement.md"
Demo = tuple[PartnershipId, str, dict[str, Seat]]
"""The partnership, the agreement, and a seat for each role of each side."""

_PEOPLE = {
    "a": {"contributor": "Ben", "negotiator": "Ada", "signatory": "Sol", "sponsor": "Mira", "observer": "Edda"},
    "b": {"contributor": "Ravi", "negotiator": "Cid", "signatory": "Sue", "sponsor": "Tomas", "observer": "Ines"},
}


async def prepare(node: Node) -> dict[str, Any]:
    """Create the demo on an empty database, or serve the one that is there; new tokens and links either way."""
    found = await _existing(node) or await _created(node)
    partnership_id, agreement_id, seats = found
    tokens = {key: fresh_secret() for key in seats}
    secrets = {key: fresh_secret() for key in ("a_negotiator", "b_negotiator", "a_observer")}
    now, room = node.clock(), f"/agreements/{agreement_id}"
    rows = [token_row(secret, seats[key], now) for key, secret in tokens.items()]
    rows += [
        invitation_row(secret, seats[key], now, 3650, reusable=True, leads_to=room) for key, secret in secrets.items()
    ]
    await node.workspace.keep(rows)
    return {"partnership_id": partnership_id, "agreement_id": agreement_id, "tokens": tokens, "secrets": secrets}


async def _created(node: Node) -> Demo:
    formed = await form(node, "outsourcing", "Answer the claims line together", ["Meridian Home", "Castellan Contact"])
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
    agreement_id = await open_agreement(node, seats["a_negotiator"], "Partnership Agreement", TEXT.read_text("utf-8"))
    await _negotiate(node, agreement_id, seats)
    return formed.partnership_id, agreement_id, seats


async def _existing(node: Node) -> Demo | None:
    """The first partnership of a used database, its first agreement, and who holds which single role."""
    first = node.database.log.tail(0, 1)
    if not first:
        return None
    partnership = await node.workspace.partnership(PartnershipId(str(first[0].originator_id)))
    headers = await node.read(as_of.agreements_of, partnership.partnership_id)
    seats: dict[str, Seat] = {}
    for side, party in zip("ab", partnership.parties, strict=True):
        for member in partnership.members.values():
            role = "observer" if member.observer else "".join(member.mandates)
            if member.party_id == party.party_id and role in _PEOPLE[side]:
                seats.setdefault(f"{side}_{role}", Seat(member.member_id, partnership.partnership_id))
    wanted = {f"{side}_{role}" for side, roles in _PEOPLE.items() for role in roles}
    if not headers or set(seats) != wanted:
        raise Refusal(
            Code.NOT_YET_PERMITTED, "This database holds no demo.", "Use onetext serve for it, or demo on an empty one."
        )
    return partnership.partnership_id, headers[0]["agreement_id"], seats


async def _negotiate(node: Node, agreement_id: str, seats: dict[str, Seat]) -> None:
    cid = seats["b_negotiator"]

    async def act(seat: Seat, command: str, **fields: Any) -> dict[str, Any]:
        raw = {"command_id": new_id(), "type": command, **fields}
        recorded = await node.workspace.on_agreement(seat, agreement_id, raw)
        data: dict[str, Any] = orjson.loads(recorded.events[0])["data"]
        return data

    offers = await node.read(as_of.standing, tables.proposals, agreement_id)
    by_heading = {each["items"][0]["heading"]: each for each in offers}
    disputed = ("6.2", "9.2", "11.1", "12.6")
    agreed = [each for heading, each in by_heading.items() if not heading.startswith(disputed)][:44]
    await act(
        cid,
        "accept_proposals",
        proposals=[{"proposal_id": each["proposal_id"], "fingerprint": each["fingerprint"]} for each in agreed],
    )
    assignment = next(each for heading, each in by_heading.items() if heading.startswith("12.6"))
    await act(
        cid,
        "raise_objection",
        proposal_id=assignment["proposal_id"],
        severity="blocking",
        ground="risk",
        text="If our group reorganises, we would need Meridian's consent to move a contract to a sister company.",
        would_accept="Either party may assign to an affiliate without consent, on written notice.",
    )
    waiver = next(each for heading, each in by_heading.items() if heading.startswith("9.2"))
    term_id = TermId(waiver["items"][0]["term_id"])
    text = waiver["items"][0]["text"]
    await act(
        cid,
        "make_proposal",
        counters=waiver["proposal_id"],
        items=[{"op": "revise", "term_id": term_id, "text": text.replace("lost profits or revenues, or for ", "")}],
        rationale="Lost revenue is the ordinary loss when a claims line goes quiet; it should not be waived outright.",
    )
