"""The agreement: one shared text between two parties, with everything that was said about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain import (
    acceptance,  # noqa: F401
    acts,
    clarifications,
    clock,
    conditions,  # noqa: F401
    deadlines,
    objections,
    proposals,
    ratification,
    setting_aside,  # noqa: F401
    terms,
)
from domain.agreement_events import AgreementEvent, AgreementOpened
from domain.command import Command
from domain.conditions import Condition
from domain.events import CLOCK, Actor
from domain.fingerprint import text_fingerprint
from domain.ids import (
    AgreementId,
    CommandId,
    Fingerprint,
    ObjectionId,
    PartnershipId,
    PartyId,
    ProposalId,
    QuestionId,
    TermId,
    ThreadId,
)
from domain.refusals import Code, Guards, refuse
from domain.rules import DECISIONS, Act, folds
from domain.shelf import Shelf
from domain.text_order import TextOrder
from domain.times import written
from domain.words import NOT_ENDED, AgreementStatus, Mandate, ProposalState, Severity


class Agreement(Aggregate):
    """Folds its events into state and judges commands on it. Commands bring time, ids and identity with them."""

    TOPIC = "Agreement"
    Event = AgreementEvent  # type: ignore[assignment]
    Created = AgreementOpened  # type: ignore[assignment]

    def __init__(self) -> None:
        self.agreement_id, self.title = AgreementId(""), ""
        self.partnership_id = PartnershipId("")
        self.parties: tuple[PartyId, PartyId] = (PartyId(""), PartyId(""))
        self.signatures = 1
        self.status = AgreementStatus.DRAFTING
        self.terms: Shelf[TermId, terms.Term] = Shelf()
        self.text = TextOrder()
        self.proposals: Shelf[ProposalId, proposals.Proposal] = Shelf()
        self.threads: dict[ThreadId, list[ProposalId]] = {}
        self.live: dict[ProposalId, None] = {}
        self.to_rebase: dict[ProposalId, None] = {}
        self.rebase_on: dict[TermId, dict[ProposalId, None]] = {}
        self.live_on: dict[TermId, dict[ProposalId, None]] = {}
        self.reserved: dict[TermId, ProposalId] = {}
        self.objections: Shelf[ObjectionId, objections.Objection] = Shelf()
        self.objections_on: dict[ProposalId, list[ObjectionId]] = {}
        self.objections_in: dict[ThreadId, list[ObjectionId]] = {}
        self.questions: Shelf[QuestionId, clarifications.Question] = Shelf()
        self.questions_on: dict[ProposalId, list[QuestionId]] = {}
        self.accepted_conditions: dict[ProposalId, Condition] = {}
        self.brought: dict[int, tuple[tuple[TermId, int], ...]] = {}
        self.ratification: ratification.Ratification | None = None
        self.abandonment: ratification.Reasoned | None = None
        self.deadlines = deadlines.Deadlines()
        self._actor, self._at = CLOCK, datetime.min
        self.now = ""
        """The moment of the act that is being judged, as it is written."""
        self._command_id: CommandId | None = None

    @classmethod
    def open(
        cls,
        agreement_id: AgreementId,
        partnership_id: PartnershipId,
        parties: Iterable[PartyId],
        title: str,
        signatures: int,
        act: Act,
        command_id: str,
    ) -> Agreement:
        """Open an agreement for drafting; needs a negotiator whose mandate is for all terms."""
        guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, (), whole_text=True))
        guards.refuse_if(signatures < 1, Code.INVALID_VALUE, "Each party needs at least one signature.")
        guards.settle()
        return cls._create(
            AgreementOpened,
            id=UUID(agreement_id),
            timestamp=act.at,
            actor=_actor(act, Mandate.NEGOTIATOR),
            command_id=command_id,
            agreement_id=agreement_id,
            partnership_id=partnership_id,
            title=title,
            parties=list(parties),
            signatures=signatures,
        )

    def execute(self, command: Command, act: Act) -> None:
        """Record what the command brings about, or refuse it and record nothing."""
        decision = DECISIONS[type(command)]
        self._actor, self._command_id = _actor(act, decision.needs), command.command_id
        self._at = max(act.at, self.modified_on)
        self.now = written(self._at)
        decision.judge(self, command, act)

    def pass_deadlines(self, now: datetime) -> None:
        """Let the clock record every deadline that has passed; at the very moment named, it has passed."""
        if self.deadlines.next():
            self._actor, self._command_id, self._at = CLOCK, None, max(now, self.modified_on)
            self.now = written(self._at)
            clock.record_passed(self, written(now))

    def record(self, event_class: type[AgreementEvent], **data: Any) -> int:
        """Record what happened, by whoever acts now; returns the event's version."""
        if data.keys() != event_class.data_names():
            raise TypeError(f"{event_class.TOPIC} has other fields than {', '.join(data)}")
        version = self.version + 1
        event = event_class.of(self.id, version, self.now, self._at, self._actor, self._command_id, data)
        event.mutate(self)
        self.pending_events.append(event)
        return version

    # What the rules look up.

    def term(self, term_id: TermId) -> terms.Term:
        return self.terms.get(term_id) or refuse(Code.UNKNOWN_REFERENCE, "The agreement has no such term.")

    def proposal(self, proposal_id: ProposalId) -> proposals.Proposal:
        return self.proposals.get(proposal_id) or refuse(Code.UNKNOWN_REFERENCE, "The agreement has no such proposal.")

    def objection(self, objection_id: ObjectionId) -> objections.Objection:
        found = self.objections.get(objection_id)
        return found or refuse(Code.UNKNOWN_REFERENCE, "The agreement has no such objection.")

    def live_proposals(self, term_id: TermId) -> list[proposals.Proposal]:
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

    def standing_objections(self, proposal_id: ProposalId) -> list[objections.Objection]:
        """Objections on a proposal that have not ended, in the order of their raising."""
        raised = self.objections_on.get(proposal_id)
        return [each for each in map(self.objections.__getitem__, raised) if each.state in NOT_ENDED] if raised else []

    def is_blocked(self, proposal_id: ProposalId) -> bool:
        """Whether an open blocking objection stands against a proposal."""
        return any(each.severity == Severity.BLOCKING for each in self.standing_objections(proposal_id))

    def is_contested(self, proposal: proposals.Proposal) -> bool:
        """Derived: open with an open blocking objection."""
        return proposal.state == ProposalState.OPEN and self.is_blocked(proposal.proposal_id)

    def terms_in_order(self) -> Iterator[terms.Term]:
        return (self.terms[term_id] for term_id in self.text)

    def text_fingerprint(self) -> Fingerprint:
        """The fingerprint of the whole text as it stands."""
        return text_fingerprint(self.agreement_id, (term.signed_form() for term in self.terms_in_order()))


def _actor(act: Act, needs: Mandate | None) -> Actor:
    return Actor("party", act.party, act.member, needs, act.mandate_version if needs else None)


@folds(AgreementOpened)
def agreement_opened(agreement: Agreement, event: AgreementOpened) -> None:
    agreement.agreement_id, agreement.title = event.agreement_id, event.title
    agreement.partnership_id = event.partnership_id
    agreement.parties = (event.parties[0], event.parties[1])
    agreement.signatures = event.signatures
