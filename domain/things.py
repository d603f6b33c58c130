"""The things of an agreement, how they are found, and the indexes that find them: what every noun's rules build on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from domain.deadlines import Watched
from domain.events import Actor, Event
from domain.fingerprint import text_fingerprint
from domain.ids import (
    AgreementId,
    Fingerprint,
    IntentionId,
    MemberId,
    NeedId,
    ObjectionId,
    PartyId,
    ProposalId,
    QuestionId,
    TermId,
    ThreadId,
)
from domain.items import Item
from domain.refusals import Code, refuse
from domain.shelf import Shelf
from domain.stream import Stream
from domain.text_order import TextOrder
from domain.values import Value
from domain.words import (
    NOT_ENDED,
    AgreementStatus,
    Mark,
    ObjectionState,
    ProposalState,
    Severity,
    TermStatus,
    VoidCause,
)


@dataclass(frozen=True, slots=True)
class Request:
    """One party asks the other to set a term aside until a date."""

    party_id: PartyId
    reason: str
    until: str
    until_as_sent: str


class Term(NamedTuple):
    """A term as it stands. opener: the party that put it on the agenda or proposed it; opened: it stays without a
    proposal; place: its sort key in the text; until: the date of its parking or deferral; need_ids: of the needs that
    it serves; taken_off: of those that it does not serve, as their owner says."""

    term_id: TermId
    heading: str
    opener: PartyId
    opened: bool
    place: str
    text: str = ""
    value: Value | None = None
    version: int = 0
    status: TermStatus = TermStatus.OPEN
    marks: tuple[Mark, ...] = ()
    parking: Request | None = None
    deferral: Request | None = None
    until: str | None = None
    until_as_sent: str | None = None
    need_ids: tuple[NeedId, ...] = ()
    taken_off: tuple[NeedId, ...] = ()

    def moved_to(self, status: TermStatus, **changes: Any) -> Term:
        """The term in another state; requests and dates of the old state end with it."""
        fresh = {"parking": None, "deferral": None, "until": None, "until_as_sent": None} | changes
        return self._replace(status=status, **(changes if status == self.status else fresh))

    def signed_form(self) -> dict[str, Any]:
        """What the fingerprint of the whole text is taken of."""
        return {
            "term_id": self.term_id,
            "heading": self.heading,
            "text": self.text,
            "value": self.value,
            "version": self.version,
            "status": self.status,
            "deferred_until": self.until_as_sent,
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """What an acceptance is subject to. accepted_*: the consent that counts from the conditional acceptance on."""

    text: str
    owner: PartyId
    due: str
    accepted_by: Actor
    accepted_at: str
    accepted_version: int
    reported: bool = False
    evidence: str | None = None


class Proposal(NamedTuple):
    """A proposal. It never changes but for its state; term_ids: the terms that it touches, in the order of its items;
    version is that of the event that made it, ended_by that of the event that caused its end, ender the party whose act
    that was, None when it was the clock."""

    proposal_id: ProposalId
    thread_id: ThreadId
    party_id: PartyId
    member_id: MemberId
    items: tuple[Item, ...]
    term_ids: tuple[TermId, ...]
    fingerprint: Fingerprint
    rationale: str | None
    counters: ProposalId | None
    replaces: ProposalId | None
    again: ProposalId | None
    valid_until: str | None
    need_ids: tuple[NeedId, ...]
    version: int
    made_at: str
    state: ProposalState = ProposalState.OPEN
    condition: Condition | None = None
    ended_version: int | None = None
    ended_by: int | None = None
    ender: PartyId | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, by whom, when."""

    party_id: PartyId
    member_id: MemberId
    at: str
    text: str


class Question(NamedTuple):
    """A question on a proposal; term_ids: the terms of the package that it is about, None for all."""

    question_id: QuestionId
    proposal_id: ProposalId
    party_id: PartyId
    member_id: MemberId
    at: str
    text: str
    term_ids: tuple[TermId, ...] | None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """An offered end of an objection."""

    kind: str
    text: str
    refs: tuple[str, ...]
    party_id: PartyId
    member_id: MemberId
    at: str


class Objection(NamedTuple):
    """An objection. term_ids: the terms of the package that it is about, None for all; it blocks the whole anyway.
    led_to: the term versions that the settled proposal brought."""

    objection_id: ObjectionId
    proposal_id: ProposalId
    party_id: PartyId
    member_id: MemberId
    severity: str
    ground: str
    text: str
    term_ids: tuple[TermId, ...] | None
    need_id: NeedId | None
    principle_id: IntentionId | None
    would_accept: str | None
    raised_at: str
    raised_version: int
    state: ObjectionState = ObjectionState.OPEN
    answers: tuple[Answer, ...] = ()
    resolution: Resolution | None = None
    ended_at: str | None = None
    ended_version: int | None = None
    led_to: tuple[tuple[TermId, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """One signatory's consent to the whole text. version: of the event that gave it."""

    party_id: PartyId
    member_id: MemberId
    at: str
    version: int


@dataclass(frozen=True, slots=True)
class Reasoned:
    """Who refused to sign or gave the agreement up, when, and why."""

    party_id: PartyId
    member_id: MemberId
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ratification:
    """The latest ratification. voided: why it ended without force, None while it is open or when it is in force."""

    fingerprint: Fingerprint
    party_id: PartyId
    member_id: MemberId
    valid_until: str | None
    opened_at: str
    consents: tuple[Consent, ...] = ()
    voided: VoidCause | None = None
    refusal: Reasoned | None = None

    def is_complete(self, parties: tuple[PartyId, PartyId], needed: int) -> bool:
        """Whether each party has as many different signatories as the agreement was opened with."""
        return all(self.signed_by(party) >= needed for party in parties)

    def signed_by(self, party: PartyId) -> int:
        return len({each.member_id for each in self.consents if each.party_id == party})


class AgreementState(Stream):
    """An agreement as its events have left it."""

    def __init__(self) -> None:
        super().__init__()
        self.agreement_id, self.title = AgreementId(""), ""
        self.parties: tuple[PartyId, PartyId] = (PartyId(""), PartyId(""))
        self.signatures = 1
        self.status = AgreementStatus.DRAFTING
        self.terms: Shelf[TermId, Term] = Shelf()
        self.text = TextOrder()
        self.proposals: Shelf[ProposalId, Proposal] = Shelf()
        self.threads: dict[ThreadId, list[ProposalId]] = {}
        self.live: dict[ProposalId, None] = {}
        self.to_rebase: dict[ProposalId, None] = {}
        self.rebase_on: dict[TermId, dict[ProposalId, None]] = {}
        self.live_on: dict[TermId, dict[ProposalId, None]] = {}
        self.reserved: dict[TermId, ProposalId] = {}
        self.objections: Shelf[ObjectionId, Objection] = Shelf()
        self.objections_on: dict[ProposalId, list[ObjectionId]] = {}
        self.objections_in: dict[ThreadId, list[ObjectionId]] = {}
        self.questions: Shelf[QuestionId, Question] = Shelf()
        self.questions_on: dict[ProposalId, list[QuestionId]] = {}
        self.accepted_conditions: dict[ProposalId, Condition] = {}
        self.brought: dict[int, tuple[tuple[TermId, int], ...]] = {}
        self.ratification: Ratification | None = None
        self.abandonment: Reasoned | None = None

    # How things are found.

    def term(self, term_id: TermId) -> Term:
        return self.terms.get(term_id) or refuse(Code.UNKNOWN_REFERENCE, "The agreement has no such term.")

    def proposal(self, proposal_id: ProposalId) -> Proposal:
        return self.proposals.get(proposal_id) or refuse(Code.UNKNOWN_REFERENCE, "The agreement has no such proposal.")

    def objection(self, objection_id: ObjectionId) -> Objection:
        found = self.objections.get(objection_id)
        return found or refuse(Code.UNKNOWN_REFERENCE, "The agreement has no such objection.")

    def question(self, question_id: QuestionId) -> Question:
        found = self.questions.get(question_id)
        return found or refuse(Code.UNKNOWN_REFERENCE, "Nobody asked such a question here.")

    def live_proposals(self, term_id: TermId) -> list[Proposal]:
        """Live proposals that touch a term, in the order of their making."""
        return [self.proposals[proposal_id] for proposal_id in self.live_on.get(term_id, ())]

    def within_reach(self, proposal_id: ProposalId) -> int:
        """About how many things the end of a proposal changes: its terms, what else is offered on them, what is said
        against it."""
        proposal = self.proposals.get(proposal_id)
        if proposal is None:
            return 0
        offered = sum(len(self.live_on.get(term_id, ())) for term_id in proposal.term_ids)
        return len(proposal.term_ids) + offered + len(self.objections_on.get(proposal_id, ()))

    def standing_objections(self, proposal_id: ProposalId) -> list[Objection]:
        """Objections on a proposal that have not ended, in the order of their raising."""
        raised = self.objections_on.get(proposal_id)
        return [each for each in map(self.objections.__getitem__, raised) if each.state in NOT_ENDED] if raised else []

    def is_blocked(self, proposal_id: ProposalId) -> bool:
        """Whether an open blocking objection stands against a proposal."""
        return any(each.severity == Severity.BLOCKING for each in self.standing_objections(proposal_id))

    def is_contested(self, proposal: Proposal) -> bool:
        """Derived: open with an open blocking objection."""
        return proposal.state == ProposalState.OPEN and self.is_blocked(proposal.proposal_id)

    def is_reserved_by_another(self, proposal: Proposal) -> bool:
        """Whether a conditional acceptance of another proposal holds one of its terms."""
        reserved = self.reserved
        return bool(reserved) and any(
            reserved.get(each, proposal.proposal_id) != proposal.proposal_id for each in proposal.term_ids
        )

    def terms_in_order(self) -> Iterator[Term]:
        return (self.terms[term_id] for term_id in self.text)

    def text_fingerprint(self) -> Fingerprint:
        """The fingerprint of the whole text as it stands."""
        return text_fingerprint(self.agreement_id, (term.signed_form() for term in self.terms_in_order()))

    def concerned(self, said: Mapping[str, Any]) -> list[TermId]:
        """The terms that an event concerns, by its data: those that it names, or those of the thing it is about."""
        if "term_id" in said:
            return [said["term_id"]]
        if said.get("term_ids"):
            return list(said["term_ids"])
        proposal_id = said.get("proposal_id")
        if objection := self.objections.get(said.get("objection_id", "")):
            if objection.term_ids:
                return list(objection.term_ids)
            proposal_id = objection.proposal_id
        if question := self.questions.get(said.get("question_id", "")):
            proposal_id = question.proposal_id
        proposal = self.proposals.get(proposal_id) if proposal_id else None
        return list(proposal.term_ids) if proposal else []

    # How the indexes are kept.

    def put_on_the_table(self, proposal: Proposal) -> None:
        """A proposal lives from now on, as the newest of its thread."""
        self.proposals[proposal.proposal_id] = proposal
        self.threads.setdefault(proposal.thread_id, []).append(proposal.proposal_id)
        self.live[proposal.proposal_id] = None
        for term_id in proposal.term_ids:
            self.live_on.setdefault(term_id, {})[proposal.proposal_id] = None
        self.watch_deadline_of(proposal)

    def take_off_the_table(self, proposal_id: ProposalId, state: ProposalState, event: Event) -> None:
        """A live proposal has ended, and with it the place-holders that only it held."""
        proposal = self.proposals[proposal_id]
        self.proposals[proposal_id] = proposal._replace(
            state=state,
            condition=None,
            ended_version=event.originator_version,
            ended_by=getattr(event, "caused_by", None),
            ender=event.actor.party_id,
        )
        del self.live[proposal_id]
        self.deadlines.cancel(Watched("proposal", proposal_id))
        for term_id in proposal.term_ids:
            del self.live_on[term_id][proposal_id]
            if self.reserved.get(term_id) == proposal_id:
                del self.reserved[term_id]
            if not self.live_on[term_id]:
                del self.live_on[term_id]
                self._let_vanish(term_id)

    def watch_deadline_of(self, proposal: Proposal) -> None:
        """Watch a proposal's own deadline, if it has one."""
        if proposal.valid_until:
            subject = Watched("proposal", proposal.proposal_id)
            self.deadlines.watch(subject, proposal.valid_until, proposal.version, "proposal")

    def reserve(self, proposal: Proposal) -> None:
        """Its terms wait for what its acceptance is subject to."""
        for term_id in proposal.term_ids:
            self.reserved[term_id] = proposal.proposal_id

    def release(self, proposal: Proposal) -> None:
        for term_id in proposal.term_ids:
            del self.reserved[term_id]

    def put_objection(self, objection: Objection) -> None:
        """An objection stands on its proposal, and belongs to the proposal's thread."""
        self.objections[objection.objection_id] = objection
        self.objections_on.setdefault(objection.proposal_id, []).append(objection.objection_id)
        thread_id = self.proposals[objection.proposal_id].thread_id
        self.objections_in.setdefault(thread_id, []).append(objection.objection_id)

    def carry_over(self, old: ProposalId, new: ProposalId) -> None:
        """The objections that stand on a proposal stand on another one of its thread from now on."""
        carried = {each.objection_id: each for each in self.standing_objections(old)}
        if not carried:
            return
        self.objections_on[old] = [each for each in self.objections_on[old] if each not in carried]
        self.objections_on.setdefault(new, []).extend(carried)
        for objection_id, objection in carried.items():
            self.objections[objection_id] = objection._replace(proposal_id=new)

    def await_rebase(self, proposal: Proposal) -> None:
        """A stale proposal waits until its party proposes on one of its terms again."""
        self.to_rebase[proposal.proposal_id] = None
        for term_id in proposal.term_ids:
            self.rebase_on.setdefault(term_id, {})[proposal.proposal_id] = None

    def take_up(self, made: Proposal) -> None:
        """A proposal takes up what its party has stale on its terms."""
        waiting = dict.fromkeys(each for term_id in made.term_ids for each in self.rebase_on.get(term_id, ()))
        for stale in [self.proposals[each] for each in waiting]:
            if stale.party_id != made.party_id:
                continue
            del self.to_rebase[stale.proposal_id]
            for term_id in stale.term_ids:
                del self.rebase_on[term_id][stale.proposal_id]
                if not self.rebase_on[term_id]:
                    del self.rebase_on[term_id]
            self.proposals[stale.proposal_id] = stale

    def put_question(self, question: Question) -> None:
        self.questions[question.question_id] = question
        self.questions_on.setdefault(question.proposal_id, []).append(question.question_id)

    def _let_vanish(self, term_id: TermId) -> None:
        """An added place-holder is gone when it was never agreed nor opened and no live proposal touches it."""
        term = self.terms.get(term_id)
        if term and term.version == 0 and not term.opened:
            self.text.take_out(term_id)
            del self.terms[term_id]
