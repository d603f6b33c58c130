"""Whose turn it is: one function, used by every screen (domain.md, Whose turn it is)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.words import (
    LIVE,
    NOT_ENDED,
    AgreementStatus,
    ExchangeState,
    IntentionState,
    ObjectionState,
    ProposalState,
    Severity,
    ShareState,
    TermStatus,
    Understanding,
)

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
    now: str = "",
) -> Iterator[Wait]:
    """Everything that waits, from the rows of the read models. now: the moment of asking, as times are written: a
    request to set a term aside whose date has passed has ended."""
    if header["status"] == AgreementStatus.ABANDONED:
        return
    first, second = header["parties"]
    other = {first: second, second: first}
    standing = [each for each in objections if each["state"] in NOT_ENDED]
    blocked = {each["proposal_id"] for each in standing if each["severity"] == Severity.BLOCKING}
    offered: set[str] = set()
    for proposal in proposals:
        if proposal["state"] in LIVE:
            touched = tuple(item["term_id"] for item in proposal["items"])
            offered.update(touched)
            yield from _offer(proposal, touched, other, blocked)
    for objection in standing:
        yield from _objection(objection, other)
    for question in questions:
        if not question["answers"]:
            yield Wait(other[question["party_id"]], "question", question["question_id"], tuple(question["term_ids"]))
    for term in terms:
        yield from _term(term, other, now, is_offered=term["term_id"] in offered)
    if header["status"] == AgreementStatus.RATIFYING:
        yield from _signatures(header, (first, second))


def _offer(
    proposal: Body, touched: tuple[str, ...], other: Mapping[str, str], blocked: Container[str]
) -> Iterator[Wait]:
    proposal_id, condition = proposal["proposal_id"], proposal["condition"]
    if condition:
        party = other[condition["owner"]] if condition["reported"] else condition["owner"]
        yield Wait(party, "condition", proposal_id, touched)
    elif proposal["state"] == ProposalState.OPEN and proposal_id not in blocked:
        yield Wait(other[proposal["party_id"]], "proposal", proposal_id, touched)


def _objection(objection: Body, other: Mapping[str, str]) -> Iterator[Wait]:
    objector, touched = objection["party_id"], tuple(objection["term_ids"])
    resolution = objection["resolution"]
    if objection["state"] == ObjectionState.RESOLUTION_OFFERED and resolution:
        yield Wait(other[resolution["party_id"]], "resolution", objection["objection_id"], touched)
    elif objection["state"] == ObjectionState.OPEN:
        yield Wait(other[objector], "objection", objection["objection_id"], touched)
    elif objection["severity"] == Severity.BLOCKING:
        yield Wait(objector, "objection", objection["objection_id"], touched)


def _term(term: Body, other: Mapping[str, str], now: str, *, is_offered: bool) -> Iterator[Wait]:
    """A reopened term without an offer waits for both; a place-holder without one for nobody."""
    term_id = term["term_id"]
    for about in ("parking", "deferral"):
        request = term[about]
        if request and request["until"] > now:
            yield Wait(other[request["party_id"]], about, term_id, (term_id,))
    if term["status"] == TermStatus.OPEN and term["version"] and not is_offered:
        for party in other:
            yield Wait(party, "reopened", term_id, (term_id,))


def _signatures(header: Body, parties: Sequence[str]) -> Iterator[Wait]:
    for party in parties:
        signed = {each["member_id"] for each in header["ratification"]["consents"] if each["party_id"] == party}
        if len(signed) < header["signatures"]:
            yield Wait(party, "signature", party, ())


def waits_in_partnership(
    parties: Sequence[str],
    needs: Iterable[Body],
    intentions: Iterable[Body],
    exchanges: Iterable[Body],
    shares: Iterable[Body] = (),
    now: str = "",
) -> Iterator[Wait]:
    """Everything of a partnership itself that waits, from the rows of the read models (relationship.md, Whose turn).
    now: the moment of asking, as times are written: a share whose time has passed waits for nobody."""
    first, second = parties
    other = {first: second, second: first}
    for need in needs:
        if need["outcome"] is None and need["understanding"] == Understanding.DISCLOSED:
            yield Wait(other[need["party_id"]], "need", need["need_id"], ())
        elif need["outcome"] is None and need["understanding"] == Understanding.RESTATED:
            yield Wait(need["party_id"], "restatement", need["need_id"], ())
    for intention in intentions:
        if intention["state"] == IntentionState.PROPOSED:
            yield Wait(other[intention["party_id"]], "intention", intention["intention_id"], ())
        elif intention["state"] == IntentionState.RETIREMENT_ASKED:
            yield Wait(other[intention["retirement"]["party_id"]], "retirement", intention["intention_id"], ())
    for exchange in exchanges:
        if exchange["state"] == ExchangeState.OPEN:
            for party in parties:
                if party not in exchange["commitments"]:
                    yield Wait(party, "exchange", exchange["exchange_id"], ())
    for share in shares:
        if share["state"] == ShareState.ASKED and now < share["expires_at"]:
            yield Wait(other[share["party_id"]], "share", share["share_id"], ())
