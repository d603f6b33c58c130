"""The events of an agreement's stream. A consequence names what it concerns and caused_by, its nearest cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.events import Event, Founding
from domain.ids import (
    AgreementId,
    Fingerprint,
    IntentionId,
    NeedId,
    ObjectionId,
    PartnershipId,
    PartyId,
    ProposalId,
    QuestionId,
    TermId,
    ThreadId,
)

Item = dict[str, Any]


class AgreementEvent(Event):
    """An event of an agreement."""

    KINDS = ("agreement",)


class AgreementOpened(Founding, AgreementEvent):
    """An agreement between the two parties of a partnership was opened for drafting."""

    TOPIC = "AgreementOpened"
    SENTENCE = "opened"
    TOLD = ("title",)
    agreement_id: AgreementId
    partnership_id: PartnershipId
    title: str
    parties: list[PartyId]
    signatures: int


class TermOpened(AgreementEvent):
    """A term was put on the agenda as an empty place-holder; after: the term before it, null at the beginning."""

    TOPIC = "TermOpened"
    SENTENCE = "put {} on the agenda"
    term_id: TermId
    heading: str
    after: TermId | None


class TermDropped(AgreementEvent):
    """An empty place-holder was taken off the agenda."""

    TOPIC = "TermDropped"
    SENTENCE = "took {} off the agenda"
    term_id: TermId


class TermMarked(AgreementEvent):
    """A term was marked as exit or legal floor, or the mark taken off."""

    TOPIC = "TermMarked"
    SENTENCE = "marked"
    TOLD = ("mark", "on")
    term_id: TermId
    mark: str
    on: bool

    @classmethod
    def verb(cls, about: Mapping[str, Any]) -> str:
        mark = str(about["mark"]).replace("_", " ")
        return f"marked {{}} as {mark}" if about.get("on") else f"took off {{}} the mark {mark}"


class ProposalMade(AgreementEvent):
    """A proposal was made; this is its proposer's consent to its fingerprint."""

    TOPIC = "ProposalMade"
    SENTENCE = "made a proposal on"
    proposal_id: ProposalId
    thread_id: ThreadId
    items: list[Item]
    fingerprint: Fingerprint
    rationale: str | None
    counters: ProposalId | None
    replaces: ProposalId | None
    again: ProposalId | None
    valid_until: str | None
    need_ids: list[NeedId]

    @classmethod
    def verb(cls, about: Mapping[str, Any]) -> str:
        if "replaces" in about:
            return "replaced their proposal on"
        return "countered with a proposal on" if "counters" in about else cls.SENTENCE


class ProposalCountered(AgreementEvent):
    """A counter took a proposal's place as the head of its thread."""

    TOPIC = "ProposalCountered"
    SENTENCE = "The earlier proposal on {} was countered."
    proposal_id: ProposalId
    caused_by: int


class ProposalRevived(AgreementEvent):
    """A countered proposal is the head again, because what stood over it ended."""

    TOPIC = "ProposalRevived"
    SENTENCE = "The earlier proposal on {} stands again."
    proposal_id: ProposalId
    caused_by: int


class ProposalAccepted(AgreementEvent):
    """Both parties consent to one fingerprint; versions: each term's new version."""

    TOPIC = "ProposalAccepted"
    SENTENCE = "accepted the proposal on"
    proposal_id: ProposalId
    fingerprint: Fingerprint
    versions: dict[TermId, int]
    with_concerns: list[ObjectionId]


class ProposalAcceptedSubjectTo(AgreementEvent):
    """A proposal was accepted subject to an outside condition with an owner and a due time."""

    TOPIC = "ProposalAcceptedSubjectTo"
    SENTENCE = "accepted, subject to a condition, the proposal on"
    proposal_id: ProposalId
    fingerprint: Fingerprint
    condition: str
    owner: PartyId
    due: str


class ConditionReported(AgreementEvent):
    """The condition's owner reports it fulfilled."""

    TOPIC = "ConditionReported"
    SENTENCE = "reported the condition fulfilled on"
    proposal_id: ProposalId
    evidence: str | None


class ConditionFulfilled(AgreementEvent):
    """The other party confirmed the condition, so the acceptance counts; its date is the conditional one's."""

    TOPIC = "ConditionFulfilled"
    SENTENCE = "confirmed the condition, so that agreed is"
    proposal_id: ProposalId
    fingerprint: Fingerprint
    versions: dict[TermId, int]
    with_concerns: list[ObjectionId]
    evidence: str | None


class ConditionLapsed(AgreementEvent):
    """The condition's due time passed, so the proposal is open again."""

    TOPIC = "ConditionLapsed"
    SENTENCE = "The condition on {} lapsed."
    proposal_id: ProposalId


class ProposalDeclined(AgreementEvent):
    """A proposal was declined, citing objections."""

    TOPIC = "ProposalDeclined"
    SENTENCE = "declined the proposal on"
    proposal_id: ProposalId
    objection_ids: list[ObjectionId]


class ProposalWithdrawn(AgreementEvent):
    """A proposal was taken back by its proposer's party."""

    TOPIC = "ProposalWithdrawn"
    SENTENCE = "withdrew the proposal on"
    proposal_id: ProposalId


class ProposalExpired(AgreementEvent):
    """A proposal's deadline passed."""

    TOPIC = "ProposalExpired"
    SENTENCE = "A proposal on {} expired."
    proposal_id: ProposalId


class ProposalSuperseded(AgreementEvent):
    """A proposal ended because one in its thread was accepted, or its own party replaced it."""

    TOPIC = "ProposalSuperseded"
    SENTENCE = "An earlier proposal on {} was superseded."
    proposal_id: ProposalId
    caused_by: int


class ProposalBecameStale(AgreementEvent):
    """A proposal ended because a term that it touches moved on or was deferred."""

    TOPIC = "ProposalBecameStale"
    SENTENCE = "A proposal on {} became stale."
    proposal_id: ProposalId
    caused_by: int


class ProposalParked(AgreementEvent):
    """A proposal is set aside with a term that it touches."""

    TOPIC = "ProposalParked"
    SENTENCE = "The proposal on {} was parked."
    proposal_id: ProposalId
    caused_by: int


class ProposalUnparked(AgreementEvent):
    """None of a parked proposal's terms is parked any more, so it is open again."""

    TOPIC = "ProposalUnparked"
    SENTENCE = "The proposal on {} is open again."
    proposal_id: ProposalId
    caused_by: int


class ProposalClosed(AgreementEvent):
    """A proposal ended because the agreement was abandoned."""

    TOPIC = "ProposalClosed"
    SENTENCE = "A proposal on {} was closed."
    proposal_id: ProposalId
    caused_by: int


class ClarificationAsked(AgreementEvent):
    """A member asked what a proposal means."""

    TOPIC = "ClarificationAsked"
    SENTENCE = "asked a question about"
    question_id: QuestionId
    proposal_id: ProposalId
    text: str
    term_ids: list[TermId] | None


class ClarificationGiven(AgreementEvent):
    """A member of the other party answered a question."""

    TOPIC = "ClarificationGiven"
    SENTENCE = "answered a question about"
    question_id: QuestionId
    text: str


class ObjectionRaised(AgreementEvent):
    """The other party said why a proposal cannot be accepted as it is, or what worries it."""

    TOPIC = "ObjectionRaised"
    SENTENCE = "raised an objection on"
    TOLD = ("severity", "ground")
    objection_id: ObjectionId
    proposal_id: ProposalId
    severity: str
    ground: str
    text: str
    term_ids: list[TermId] | None
    need_id: NeedId | None
    principle_id: IntentionId | None
    would_accept: str | None

    @classmethod
    def verb(cls, about: Mapping[str, Any]) -> str:
        kind = "a blocking objection" if about["severity"] == "blocking" else "a concern"
        return f"raised {kind} ({about['ground']}) on"


class ObjectionAnswered(AgreementEvent):
    """An objection was answered."""

    TOPIC = "ObjectionAnswered"
    SENTENCE = "answered the objection on"
    objection_id: ObjectionId
    text: str


class ResolutionOffered(AgreementEvent):
    """An end to an objection was offered."""

    TOPIC = "ResolutionOffered"
    SENTENCE = "offered a resolution on"
    TOLD = ("kind",)
    objection_id: ObjectionId
    kind: str
    refs: list[str]
    text: str


class ResolutionConfirmed(AgreementEvent):
    """The other side of the offer confirmed it, so the objection ended."""

    TOPIC = "ResolutionConfirmed"
    SENTENCE = "confirmed the resolution on"
    objection_id: ObjectionId


class ResolutionDeclined(AgreementEvent):
    """The other side of the offer declined it, so the objection is open again."""

    TOPIC = "ResolutionDeclined"
    SENTENCE = "declined the resolution on"
    objection_id: ObjectionId
    reason: str


class ObjectionWithdrawn(AgreementEvent):
    """The objector took its objection back."""

    TOPIC = "ObjectionWithdrawn"
    SENTENCE = "withdrew the objection on"
    objection_id: ObjectionId
    text: str | None


class ObjectionMooted(AgreementEvent):
    """An objection ended because its proposal did."""

    TOPIC = "ObjectionMooted"
    SENTENCE = "An objection on {} became moot."
    objection_id: ObjectionId
    caused_by: int


class TermReopened(AgreementEvent):
    """An agreed or deferred term is open again; its text stays as last agreed."""

    TOPIC = "TermReopened"
    SENTENCE = "reopened"
    term_id: TermId
    reason: str


class TermParkingRequested(AgreementEvent):
    """A party asks to set a term aside until a date."""

    TOPIC = "TermParkingRequested"
    SENTENCE = "asked to park"
    term_id: TermId
    reason: str
    until: str


class TermParked(AgreementEvent):
    """Both parties set a term aside until a date, that of the request."""

    TOPIC = "TermParked"
    SENTENCE = "agreed to park"
    term_id: TermId
    reason: str
    until: str


class TermUnparked(AgreementEvent):
    """A parked term is open again, by a party or because its date came."""

    TOPIC = "TermUnparked"
    SENTENCE = "took up again"
    term_id: TermId


class TermDeferralRequested(AgreementEvent):
    """A party asks to leave a term open at ratification; until_as_sent is the date in the sender's spelling."""

    TOPIC = "TermDeferralRequested"
    SENTENCE = "asked to defer"
    term_id: TermId
    reason: str
    until: str
    until_as_sent: str


class TermDeferred(AgreementEvent):
    """Both parties leave a term open at ratification, with the review date of the request."""

    TOPIC = "TermDeferred"
    SENTENCE = "agreed to defer"
    term_id: TermId
    reason: str
    until: str
    until_as_sent: str


class NeedLinkedToTerm(AgreementEvent):
    """A term was said to serve a need, or, by the need's party, not to serve it."""

    TOPIC = "NeedLinkedToTerm"
    SENTENCE = "linked to a need"
    TOLD = ("on",)
    term_id: TermId
    need_id: NeedId
    on: bool

    @classmethod
    def verb(cls, about: Mapping[str, Any]) -> str:
        return (
            "said of a need that it is served by" if about.get("on") else "said of their need that it is not served by"
        )


class RatificationOpened(AgreementEvent):
    """The whole text was put to the signatories of both parties."""

    TOPIC = "RatificationOpened"
    SENTENCE = "opened the ratification of"
    fingerprint: Fingerprint
    valid_until: str | None


class ConsentGiven(AgreementEvent):
    """A signatory signed the whole text."""

    TOPIC = "ConsentGiven"
    SENTENCE = "signed"
    fingerprint: Fingerprint


class ConsentRefused(AgreementEvent):
    """A signatory refused to sign."""

    TOPIC = "ConsentRefused"
    SENTENCE = "refused to sign"
    reason: str


class RatificationVoided(AgreementEvent):
    """A ratification ended without force; cause: refused, withdrawn or expired. Its consents are void."""

    TOPIC = "RatificationVoided"
    SENTENCE = "The ratification of {} ended without force."
    TOLD = ("cause",)
    cause: str
    caused_by: int | None


class AgreementRatified(AgreementEvent):
    """Both parties have signed one fingerprint of the whole text, which is now in force."""

    TOPIC = "AgreementRatified"
    SENTENCE = "Both parties have signed; {} is in force."
    fingerprint: Fingerprint
    caused_by: int


class AgreementAbandoned(AgreementEvent):
    """The agreement was given up; terminal."""

    TOPIC = "AgreementAbandoned"
    SENTENCE = "abandoned"
    reason: str
