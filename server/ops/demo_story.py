"""What the demo tells: a week in which Ada and Cid agree most of a real agreement, and what they leave open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from domain.agreement import Agreement
from projections import as_of, tables
from server.node import Node
from server.seat import Seat
from server.sources import new_id


@dataclass
class Pace:
    """A clock that moves when it is told to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Table:
    """Ada and Cid, and the offers of the imported text by the number of their clause."""

    node: Node
    agreement_id: str
    ada: Seat
    cid: Seat
    pace: Pace
    offers: dict[str, Any]
    outline: list[dict[str, Any]]
    """The offer of the headings without words."""

    @classmethod
    async def laid(cls, node: Node, agreement_id: str, ada: Seat, cid: Seat, pace: Pace) -> Table:
        offers = await node.read(as_of.standing, tables.proposals, agreement_id)
        numbered = {each["items"][0]["heading"].split(" ")[0]: each for each in offers if len(each["items"]) == 1}
        outline = [each for each in offers if len(each["items"]) > 1]
        return cls(node, agreement_id, ada, cid, pace, numbered, outline)

    async def act(self, seat: Seat, command: str, **fields: Any) -> dict[str, Any]:
        """One act, twenty minutes after the last; the data of its event."""
        self.pace.now += timedelta(minutes=20)
        raw = {"command_id": new_id(), "type": command, **fields}
        recorded = await self.node.workspace.on(Agreement.KIND, seat, self.agreement_id, raw)
        return dict(orjson.loads(recorded.events[0])["data"])

    async def accept(self, seat: Seat, made: dict[str, Any], **fields: Any) -> None:
        await self.act(seat, "accept_proposal", **_named(made), **fields)

    async def offer(self, seat: Seat, number: str, change: tuple[str, str], why: str, **fields: Any) -> dict[str, Any]:
        """Propose a clause with one phrase changed."""
        return await self.act(seat, "make_proposal", items=[self.revised(number, change)], rationale=why, **fields)

    def revised(self, number: str, change: tuple[str, str]) -> dict[str, str]:
        text = self.offers[number]["items"][0]["text"]
        assert change[0] in text, f"{number} does not say {change[0]!r}"
        return {"op": "revise", "term_id": self.term(number), "text": text.replace(*change)}

    def term(self, number: str) -> str:
        return str(self.offers[number]["items"][0]["term_id"])

    def proposal(self, number: str) -> str:
        return str(self.offers[number]["proposal_id"])

    async def object(
        self, number_or_id: str, severity: str, ground: str, text: str, would_accept: str, **more: str
    ) -> str:
        """Cid objects to an offer of Ada's."""
        objected = await self.act(
            self.cid,
            "raise_objection",
            proposal_id=self.offers[number_or_id]["proposal_id"] if number_or_id in self.offers else number_or_id,
            severity=severity,
            ground=ground,
            text=text,
            would_accept=would_accept,
            **more,
        )
        return str(objected["objection_id"])


def _named(made: dict[str, Any]) -> dict[str, str]:
    return {"proposal_id": made["proposal_id"], "fingerprint": made["fingerprint"]}


DISPUTED = ("2.1", "6.2", "6.3", "9.1", "9.2", "10.1", "10.2", "11.2", "12.3", "12.6", "12.7", "13.12")


async def agree_most(table: Table) -> None:
    plain = table.outline + [each for number, each in table.offers.items() if number not in DISPUTED]
    await table.act(table.cid, "accept_proposals", proposals=[_named(each) for each in plain])
    await table.act(table.ada, "mark_term", term_id=table.term("6.4"), mark="exit")
    await table.act(table.cid, "mark_term", term_id=table.term("9.3"), mark="legal_floor")


async def argue(table: Table) -> None:
    ada, cid = table.ada, table.cid
    assignment = await table.object(
        "12.6",
        "blocking",
        "risk",
        "Our group is reorganising. If every move to a sister company needs your consent, one delay stops the line.",
        "Either party may assign to an affiliate without consent, on written notice.",
    )
    await table.act(
        ada,
        "answer_objection",
        objection_id=assignment,
        text="Consent protects us from finding ourselves with a stranger. A sister company you control is no stranger.",
    )
    replaced = await table.offer(
        ada,
        "12.6",
        (
            "without the prior written consent of the other party.",
            "without the prior written consent of the other party, except to an Affiliate that it controls, on 30 "
            "days' written notice.",
        ),
        "Affiliates you control may take over on notice; anybody else still needs our consent.",
        replaces=table.proposal("12.6"),
    )
    await table.act(
        ada,
        "offer_resolution",
        objection_id=assignment,
        kind="revised",
        text="Affiliates are let in by the text itself now.",
        refs=[replaced["proposal_id"]],
    )
    await table.act(cid, "confirm_resolution", objection_id=assignment)
    await table.accept(cid, replaced)

    table.pace.now += timedelta(hours=16)
    notices = await table.object(
        "12.7", "concern", "capability", "Our site offices do not take registered mail at weekends.", ""
    )
    await table.act(
        ada, "answer_objection", objection_id=notices, text="E-mail counts on delivery, so nothing waits for the post."
    )
    await table.accept(cid, table.offers["12.7"])

    exclusions = await table.offer(
        cid,
        "11.2",
        ("(d) Recipient independently developed", "(d) Recipient can show that it independently developed"),
        "Whoever says so should be able to show it.",
        counters=table.proposal("11.2"),
    )
    await table.accept(ada, exclusions)

    table.pace.now += timedelta(hours=20)
    caps = await table.object(
        "9.1",
        "blocking",
        "ambiguity",
        "We cannot tell from this whether the increased cap comes on top of the general cap or instead of it.",
        "One sentence that says which.",
    )
    await table.act(
        ada,
        "offer_resolution",
        objection_id=caps,
        kind="clarified",
        text="Instead of it: a claim counts under one cap only. The cover page will say so.",
    )
    await table.act(cid, "confirm_resolution", objection_id=caps)
    await table.accept(cid, table.offers["9.1"])
    await table.accept(
        cid,
        table.offers["6.3"],
        subject_to={
            "condition": "Our insurer confirms that 30 days without service is covered",
            "owner": table.node.workspace.member(cid).party_id,
            "due": (table.node.clock() + timedelta(days=12)).date().isoformat(),
        },
    )


async def leave_open(table: Table, own_currency: str) -> None:
    """What waits for each of the two when a visitor comes in. own_currency: Cid's need, on which he objects."""
    ada, cid = table.ada, table.cid
    await table.offer(
        cid,
        "9.2",
        ("lost profits or revenues, or for consequential", "lost profits, or for consequential"),
        "Lost revenue is the ordinary loss when a claims line goes quiet. It should not be waived outright.",
        counters=table.proposal("9.2"),
    )
    payment = await table.object(
        "2.1",
        "blocking",
        "cost",
        "We pay our advisors weekly. With fees in U.S. dollars and costs in pounds, every month is a bet.",
        "Fees in pounds, or the rate fixed for each quarter.",
        need_id=own_currency,
    )
    await table.act(
        ada,
        "answer_objection",
        objection_id=payment,
        text="Our budget is in dollars, but we see that the risk should not be yours alone.",
    )
    await table.act(
        ada,
        "offer_resolution",
        objection_id=payment,
        kind="traded",
        text="We fix the rate for each quarter on its first day; you keep the monthly billing.",
    )
    await table.object(
        "6.2",
        "concern",
        "timing",
        "Five days to cure a misprinted logo is short for a printer's queue.",
        "Ten days, if use stops at once.",
    )
    await table.act(
        cid,
        "ask_clarification",
        proposal_id=table.proposal("6.2"),
        text="Does notice by e-mail start the five days, or its reading?",
    )
    await table.act(
        cid,
        "make_proposal",
        items=[
            table.revised("10.1", ("reasonable attorneys’ fees", "reasonable and documented attorneys’ fees")),
            table.revised("10.2", ("reasonable attorneys’ fees", "reasonable and documented attorneys’ fees")),
        ],
        rationale="The same words for both of us: fees are paid when they are shown.",
    )
    await table.act(
        cid,
        "park_term",
        term_id=table.term("12.3"),
        reason="Our counsel compares the two courts; let us take this up when she has written.",
        until=(table.node.clock() + timedelta(days=20)).date().isoformat(),
    )
    await table.offer(
        ada,
        "5.1",
        ("Within 30 days after receipt of notice", "Within 10 business days after receipt of notice"),
        "In storm season thirty days is a whole storm. Ten business days is still time to prepare.",
    )
    fee = await table.act(
        ada,
        "make_proposal",
        items=[
            {
                "op": "add",
                "heading": "14 Fee per handled contact",
                "text": "Meridian pays £3.10 for each handled contact.",
                "value": {"kind": "money", "amount": "3.10", "currency": "GBP"},
            }
        ],
        rationale="The price of the pilot, carried over.",
    )
    await table.act(
        cid,
        "make_proposal",
        counters=fee["proposal_id"],
        items=[
            {
                "op": "revise",
                "term_id": fee["items"][0]["term_id"],
                "text": "Meridian pays £3.34 for each handled contact, and £3.12 for each above 50,000 in a month.",
                "value": {"kind": "money", "amount": "3.34", "currency": "GBP"},
            }
        ],
        rationale="At 42,000 contacts we cannot staff below £3.34. Above 50,000 the night shift pays for itself, and "
        "you share in that.",
    )
