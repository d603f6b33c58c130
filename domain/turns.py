"""Whose turn it is: one function, used by every screen (domain.md, Whose turn it is)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.words import NOT_ENDED, AgreementStatus, ObjectionState, ProposalState, Severity

Body = Mapping[str, Any]


class Wait(NamedTuple):
    """One thing that waits for a party. about: the kind of thing; id: whose it is; term_ids: where it stands."""

    party_id: str
    about: str
    id: str
    term_ids: tuple[str, ...]


def waits(
    header: Body,
    terms: Sequence[Body],
    proposals: Sequence[Body],
    objections: Sequence[Body],
    questions: Sequence[Body],
) -> Iterator[Wait]:
    """Everything that waits, from the rows of the read models. A place-holder without a proposal waits for nobody."""
    first, second = header["parties"]
    other = {first: second, second: first}
    standing = [each for each in objections if each["state"] in NOT_ENDED]
    objected = {each["proposal_id"] for each in standing}
    heads = {each["proposal_id"]: each for each in proposals if each["head"]}
    for proposal_id, proposal in heads.items():
        touched = tuple(item["term_id"] for item in proposal["items"])
        condition = proposal["condition"]
        if condition:
            party = other[condition["owner"]] if condition["reported"] else condition["owner"]
            yield Wait(party, "condition", proposal_id, touched)
        elif proposal["state"] == ProposalState.OPEN and proposal_id not in objected:
            yield Wait(other[proposal["party_id"]], "proposal", proposal_id, touched)
    for objection in standing:
        if objection["proposal_id"] in heads:
            yield from _objection(objection, other)
    if header["status"] != AgreementStatus.ABANDONED:
        for question in questions:
            if not question["answers"]:
                yield Wait(
                    other[question["party_id"]], "question", question["question_id"], tuple(question["term_ids"])
                )
    for term in terms:
        for about in ("parking", "deferral"):
            if term[about]:
                yield Wait(other[term[about]["party_id"]], about, term["term_id"], (term["term_id"],))
    if header["status"] == AgreementStatus.RATIFYING:
        yield from _signatures(header, (first, second))


def _objection(objection: Body, other: Mapping[str, str]) -> Iterator[Wait]:
    objector, touched = objection["party_id"], tuple(objection["term_ids"])
    resolution = objection["resolution"]
    if objection["state"] == ObjectionState.RESOLUTION_OFFERED and resolution:
        yield Wait(other[resolution["party_id"]], "resolution", objection["objection_id"], touched)
    elif objection["severity"] == Severity.BLOCKING:
        answered = objection["state"] == ObjectionState.ANSWERED
        yield Wait(objector if answered else other[objector], "objection", objection["objection_id"], touched)


def _signatures(header: Body, parties: Sequence[str]) -> Iterator[Wait]:
    for party in parties:
        signed = {each["member_id"] for each in header["ratification"]["consents"] if each["party_id"] == party}
        if len(signed) < header["signatures"]:
            yield Wait(party, "signature", party, ())
