"""The agreement: one shared text between two parties, with everything that was said about it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain import (
    acceptance,
    acts,
    clarifications,
    conditions,
    links,
    objections,
    proposals,
    ratification,
    setting_aside,
    terms,
)
from domain.agreement_events import AgreementEvent, AgreementOpened
from domain.ids import AgreementId, PartnershipId, PartyId
from domain.refusals import Code, Guards
from domain.rules import Act, Rules
from domain.stream import actor_of
from domain.things import AgreementState
from domain.words import Mandate

opening = Rules()


@opening.folds(AgreementOpened)
def agreement_opened(agreement: AgreementState, event: AgreementOpened) -> None:
    agreement.agreement_id, agreement.title = event.agreement_id, event.title
    agreement.partnership_id = event.partnership_id
    agreement.parties = (event.parties[0], event.parties[1])
    agreement.signatures = event.signatures


class Agreement(AgreementState):
    """Folds its events into state and judges commands on it."""

    TOPIC = "Agreement"
    KIND = "agreement"
    RULES = (
        terms.rules,
        proposals.rules,
        acceptance.rules,
        conditions.rules,
        links.rules,
        clarifications.rules,
        objections.rules,
        setting_aside.rules,
        ratification.rules,
        opening,
    )
    Event = AgreementEvent  # type: ignore[assignment]
    Created = AgreementOpened  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()  # eventsourcing makes an empty one for a class that has none of its own

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
            actor=actor_of(act, Mandate.NEGOTIATOR),
            command_id=command_id,
            agreement_id=agreement_id,
            partnership_id=partnership_id,
            title=title,
            parties=list(parties),
            signatures=signatures,
        )
