"""What keeps the text from being put to signature: the guard and every screen ask here (domain.md, Ratification and
end)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from domain.refusals import Code
from domain.words import LIVE, Mark, ProposalState, TermStatus


class TermState(NamedTuple):
    """What the answer depends on of a term that stands in the text."""

    term_id: str
    status: str
    marks: tuple[str, ...]


class OfferState(NamedTuple):
    """Of a proposal. blocked_by: the blocking objections that stand open on it."""

    proposal_id: str
    state: str
    term_ids: tuple[str, ...]
    blocked_by: tuple[str, ...] = ()


class Obstacle(NamedTuple):
    """One thing in the way. code: the refusal that it brings; about: exit_term, condition, term, proposal or objection;
    id: whose it is, empty for the missing exit term; term_ids: where it stands."""

    code: Code
    about: str
    id: str
    term_ids: tuple[str, ...]


def obstacles(terms: Iterable[TermState], offers: Iterable[OfferState]) -> Iterator[Obstacle]:
    """All that is in the way, in the order in which a refusal names it; none when the text is ready."""
    terms = list(terms)
    live = [each for each in offers if each.state in LIVE]
    if not any(Mark.EXIT in term.marks and term.status == TermStatus.PROVISIONAL for term in terms):
        marked = tuple(term.term_id for term in terms if Mark.EXIT in term.marks)
        yield Obstacle(Code.EXIT_TERM_MISSING, "exit_term", "", marked)
    for offer in live:
        if offer.state == ProposalState.CONDITIONAL:
            yield Obstacle(Code.RESERVED, "condition", offer.proposal_id, offer.term_ids)
    for term in terms:
        if term.status not in (TermStatus.PROVISIONAL, TermStatus.DEFERRED):
            yield Obstacle(Code.NOT_YET_PERMITTED, "term", term.term_id, (term.term_id,))
    for offer in live:
        yield Obstacle(Code.NOT_YET_PERMITTED, "proposal", offer.proposal_id, offer.term_ids)
    for offer in live:
        for objection_id in offer.blocked_by:
            yield Obstacle(Code.NOT_YET_PERMITTED, "objection", objection_id, offer.term_ids)
