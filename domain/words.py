"""The words of domain.md that states, roles and choices are written in, as events, API and screens spell them."""

from __future__ import annotations

from enum import StrEnum


class AgreementStatus(StrEnum):
    """The agreement's state machine."""

    DRAFTING = "drafting"
    RATIFYING = "ratifying"
    IN_FORCE = "in_force"
    ABANDONED = "abandoned"


class TermStatus(StrEnum):
    """The term's state machine. A removed term is left out of the text."""

    OPEN = "open"
    PROVISIONAL = "provisional"
    PARKED = "parked"
    DEFERRED = "deferred"
    RATIFIED = "ratified"
    REMOVED = "removed"


AGREED = frozenset({TermStatus.PROVISIONAL, TermStatus.RATIFIED})
"""A clause whose words both agreed on."""


class ProposalState(StrEnum):
    """The proposal's state machine."""

    OPEN = "open"
    COUNTERED = "countered"
    CONDITIONAL = "conditional"
    PARKED = "parked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    STALE = "stale"
    EXPIRED = "expired"
    CLOSED = "closed"


LIVE = frozenset({ProposalState.OPEN, ProposalState.COUNTERED, ProposalState.CONDITIONAL, ProposalState.PARKED})


class ObjectionState(StrEnum):
    """The objection's state machine."""

    OPEN = "open"
    ANSWERED = "answered"
    RESOLUTION_OFFERED = "resolution_offered"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"
    AGREED_TO_DIFFER = "agreed_to_differ"
    ACCEPTED_WITH_CONCERN = "accepted_with_concern"


NOT_ENDED = frozenset({ObjectionState.OPEN, ObjectionState.ANSWERED, ObjectionState.RESOLUTION_OFFERED})


class Severity(StrEnum):
    """Whether an objection blocks."""

    BLOCKING = "blocking"
    CONCERN = "concern"


class Mandate(StrEnum):
    """What a member may do."""

    CONTRIBUTOR = "contributor"
    NEGOTIATOR = "negotiator"
    SIGNATORY = "signatory"
    SPONSOR = "sponsor"


class Mark(StrEnum):
    """What a term is marked as."""

    EXIT = "exit"
    LEGAL_FLOOR = "legal_floor"


class VoidCause(StrEnum):
    """Why a ratification ended without force."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Understanding(StrEnum):
    """How far a need is understood."""

    DISCLOSED = "disclosed"
    RESTATED = "restated"
    UNDERSTOOD = "understood"
    WITHDRAWN = "withdrawn"


class ShareState(StrEnum):
    """A share that is asked, agreed by the other party, or ended by either. Whether its time has passed says the clock
    of whoever asks."""

    ASKED = "asked"
    AGREED = "agreed"
    REVOKED = "revoked"


class NeedOutcome(StrEnum):
    """What a need's owner says came of it."""

    MET = "met"
    UNMET = "unmet"


class NeedState(StrEnum):
    """What is shown of a need: the first of these that holds."""

    WITHDRAWN = "withdrawn"
    MET = "met"
    UNMET = "unmet"
    ADDRESSED = "addressed"
    UNDERSTOOD = "understood"
    RESTATED = "restated"
    DISCLOSED = "disclosed"


class IntentionKind(StrEnum):
    """What an intention is."""

    VISION = "vision"
    PRINCIPLE = "principle"
    OUTCOME = "outcome"


class IntentionState(StrEnum):
    """The intention's state machine."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    RETIREMENT_ASKED = "retirement_asked"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"


ADOPTED = frozenset({IntentionState.ADOPTED, IntentionState.RETIREMENT_ASKED})


class ExchangeState(StrEnum):
    """The state machine of a sealed exchange."""

    OPEN = "open"
    REVEALED = "revealed"
    CANCELLED = "cancelled"


class CancelCause(StrEnum):
    """Why an exchange ended without a reveal."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LOST = "lost"


class TrustCategory(StrEnum):
    """What a trust statement is about."""

    CONTRACTUAL = "contractual"
    COMPETENCE = "competence"
    GOODWILL = "goodwill"


class Skill(StrEnum):
    """What partners say of how they work together."""

    SELF_DISCLOSURE = "self_disclosure"
    TRUST = "trust"
    MUTUAL_BENEFIT = "mutual_benefit"
    CONFLICT = "conflict"
    CHANGE = "change"
    INTERDEPENDENCE = "interdependence"
    FUTURE = "future"


PARTNERSHIP_KINDS = ("supplier", "customer", "outsourcing", "alliance")
GROUNDS = (
    "need",
    "capability",
    "cost",
    "risk",
    "legal",
    "principle",
    "ambiguity",
    "mandate",
    "inconsistency",
    "timing",
    "other",
)
RESOLUTION_KINDS = (
    "clarified",
    "revised",
    "traded",
    "conceded",
    "commitment",
    "trial",
    "bridge",
    "sponsor_decision",
    "external",
    "agreed_to_differ",
)
