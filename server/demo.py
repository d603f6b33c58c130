"""The demo: a real standard agreement, mid-negotiation between two invented partners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from domain.ids import TermId
from domain.words import Mandate
from projections import as_of, tables
from server.identity import Seat
from server.node import Node
from server.partnerships import admit, form, open_agreement
from server.workspace import new_id

TEXT = Path(__file__).parent / "demo_data" / "partnership-agreement.md"
_PEOPLE = {
    "a": {"contributor": "Ben", "negotiator": "Ada", "signatory": "Sol", "sponsor": "Mira", "observer": "Edda"},
    "b": {"contributor": "Ravi", "negotiator": "Cid", "signatory": "Sue", "sponsor": "Tomas", "observer": "Ines"},
}


async def prepare(node: Node) -> dict[str, Any]:
    """Create the demo on an empty database; new tokens and links for every role either way."""
    formed = await form(node, "outsourcing", "Answer the claims line together", ["Meridian Home", "Castellan Contact"])
    parties = [party["party_id"] for party in formed.parties]
    seats: dict[str, Seat] = {}
    tokens: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for side, party_id in zip("ab", parties, strict=True):
        for role, name in _PEOPLE[side].items():
            admitted = await admit(
                node,
                formed.seats[party_id],
                party_id=party_id,
                name=name,
                mandates=[] if role == "observer" else [(Mandate(role), None)],
                observer=role == "observer",
                program=True,
                reusable=True,
            )
            key = f"{side}_{role}"
            assert admitted.token
            seats[key], tokens[key], secrets[key] = admitted.seat, admitted.token, admitted.invitation
    agreement_id = await open_agreement(node, seats["a_negotiator"], "Partnership Agreement", TEXT.read_text("utf-8"))
    await _negotiate(node, agreement_id, seats)
    return {
        "partnership_id": formed.partnership_id,
        "agreement_id": agreement_id,
        "tokens": tokens,
        "secrets": {key: secrets[key] for key in ("a_negotiator", "b_negotiator", "a_observer")},
    }


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
