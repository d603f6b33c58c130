"""Two parties with a negotiator and a signatory each, either way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.server.served import Program, Served


@dataclass
class Two:
    """One side's negotiator and signatory, and the other's."""

    node: Served
    left: Program
    left_signatory: Program
    right: Program
    right_signatory: Program
    left_founder: Program

    def terms(self, *headings: str) -> list[str]:
        return [self.left.do("open_term", heading=heading)["term_id"] for heading in headings]

    def statuses(self, *term_ids: str) -> list[tuple[str, int]]:
        shown = [member.get()["terms"] for member in (self.left, self.right)]
        assert shown[0] == shown[1]
        terms = {term["term_id"]: term for term in shown[0]}
        return [(terms[each]["status"], terms[each]["version"]) for each in term_ids]

    def state(self, proposal_id: str) -> str:
        shown = [member.proposal(proposal_id)["state"] for member in (self.left, self.right)]
        assert shown[0] == shown[1]
        return str(shown[0])

    def text(self, term_id: str) -> str:
        return str(self.right.term(term_id)["text"])

    def sign(self) -> str:
        fingerprint = str(self.left.do("open_ratification")["fingerprint"])
        self.left_signatory.do("consent", fingerprint=fingerprint)
        self.right_signatory.do("consent", fingerprint=fingerprint)
        return fingerprint


def two(node: Served, left: str, right: str, title: str, *, swapped: bool) -> Two:
    _, founders = node.form(*((right, left) if swapped else (left, right)), kind="supplier")
    ours, theirs = founders[::-1] if swapped else founders
    cast = Two(
        node,
        ours.admit("N", "negotiator"),
        ours.admit("S", "signatory"),
        theirs.admit("N", "negotiator"),
        theirs.admit("S", "signatory"),
        ours,
    )
    agreement_id = cast.left.open_agreement(title)
    for member in (cast.left, cast.left_signatory, cast.right, cast.right_signatory):
        member.agreement_id = agreement_id
    return cast


def revise(texts: dict[str, str], **values: Any) -> list[dict[str, Any]]:
    return [{"op": "revise", "term_id": term_id, "text": text} for term_id, text in texts.items()]


def propose(member: Program, texts: dict[str, str], **fields: Any) -> str:
    return str(member.do("make_proposal", items=revise(texts), **fields)["proposal_id"])


def object_to(member: Program, proposal_id: str, ground: str, text: str, **fields: Any) -> str:
    given = {"severity": "blocking", "ground": ground, "text": text} | fields
    return str(member.do("raise_objection", proposal_id=proposal_id, **given)["objection_id"])
