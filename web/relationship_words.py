"""What the pages say about needs, the shared future, trust and skills, where it depends on what it is said of: each
string is a sentence of the catalogue (web/wording.py)."""

from __future__ import annotations

from domain.words import (
    CancelCause,
    IntentionKind,
    IntentionState,
    Mandate,
    NeedOutcome,
    NeedState,
    Skill,
    TrustCategory,
)

PARTNERSHIPS = {
    "supplier": "Supplier partnership",
    "customer": "Customer partnership",
    "outsourcing": "Outsourcing partnership",
    "alliance": "Alliance partnership",
}
MANDATES = {
    Mandate.CONTRIBUTOR: "contributor: asks and answers questions",
    Mandate.NEGOTIATOR: "negotiator: speaks for the party: needs, proposals, objections, acceptance",
    Mandate.SIGNATORY: "signatory: signs the whole text",
    Mandate.SPONSOR: "sponsor: decides what stays contested",
}

NEED_STATES = {
    NeedState.DISCLOSED: ("○", "Said; %(other)s has not said it back yet"),
    NeedState.RESTATED: ("↺", "%(other)s has said it back: is that it?"),
    NeedState.UNDERSTOOD: ("✓", "Understood, says %(owner)s"),
    NeedState.ADDRESSED: ("✓", "Understood, and a clause serves it"),
    NeedState.MET: ("●", "Met, says %(owner)s"),
    NeedState.UNMET: ("◇", "Not met, says %(owner)s"),
    NeedState.WITHDRAWN: ("–", "Withdrawn by %(owner)s"),
}
"""A sign and words for each state of a need."""
NOT_QUITE = ("↺", "Not quite, says %(owner)s; %(other)s is asked to say it back again")
NOTES = {NeedOutcome.MET: "What met it:", NeedOutcome.UNMET: "What is missing:"}
SAID_BACK_ANEW = {
    None: "%(party)s is then asked to say it back anew.",
    NeedOutcome.MET: "%(party)s is then asked to say it back anew, and that it was met no longer stands.",
    NeedOutcome.UNMET: "%(party)s is then asked to say it back anew, and that it was not met no longer stands.",
}
NEED_STEPS = {
    "NeedDisclosed": "said by %(member)s, %(at)s",
    "NeedRestated": "said back by %(member)s, %(at)s",
    "RestatementConfirmed": "“yes, that is it”, by %(member)s, %(at)s",
    "RestatementCorrected": "“not quite”, by %(member)s, %(at)s",
    "NeedReworded": "reworded by %(member)s, %(at)s",
    "NeedDeclaredMet": "met, says %(member)s, %(at)s",
    "NeedDeclaredUnmet": "not met, says %(member)s, %(at)s",
    "NeedWithdrawn": "withdrawn by %(member)s, %(at)s",
}
REVOKE = {
    Mandate.CONTRIBUTOR: "Revoke contributor",
    Mandate.NEGOTIATOR: "Revoke negotiator",
    Mandate.SIGNATORY: "Revoke signatory",
    Mandate.SPONSOR: "Revoke sponsor",
}
HOLDS = {
    Mandate.CONTRIBUTOR: "contributor",
    Mandate.NEGOTIATOR: "negotiator",
    Mandate.SIGNATORY: "signatory",
    Mandate.SPONSOR: "sponsor",
}

KINDS = {
    IntentionKind.VISION: "Vision",
    IntentionKind.PRINCIPLE: "Guiding principles",
    IntentionKind.OUTCOME: "Desired outcomes",
}
PROPOSE = {
    IntentionKind.VISION: "Propose a vision",
    IntentionKind.PRINCIPLE: "Propose a guiding principle",
    IntentionKind.OUTCOME: "Propose a desired outcome",
}
PROPOSE_ANOTHER = {
    IntentionKind.VISION: "Propose another vision in its place",
    IntentionKind.PRINCIPLE: "Propose another guiding principle in its place",
    IntentionKind.OUTCOME: "Propose another desired outcome in its place",
}
ADOPT = {
    IntentionKind.VISION: "Adopt this vision",
    IntentionKind.PRINCIPLE: "Adopt this guiding principle",
    IntentionKind.OUTCOME: "Adopt this desired outcome",
}
ASKED = {
    IntentionKind.VISION: "Where should this partnership be in some years, in a sentence both could say?",
    IntentionKind.PRINCIPLE: "What will we both hold to, also when it costs something?",
    IntentionKind.OUTCOME: "What will be different, and for whom, when this works?",
}
EMPTY = {
    IntentionKind.VISION: "No vision yet: a sentence on where both want this to be in some years.",
    IntentionKind.PRINCIPLE: "No principle yet: what both hold to. An objection can cite it.",
    IntentionKind.OUTCOME: "No outcome yet: what will be different, and for whom, when this works.",
}
INTENTION_STATES = {
    IntentionState.PROPOSED: ("○", "Proposed"),
    IntentionState.ADOPTED: ("✓", "Adopted by both"),
    IntentionState.RETIREMENT_ASKED: ("✓", "Adopted by both; its retirement is asked"),
    IntentionState.DECLINED: ("–", "Declined"),
    IntentionState.WITHDRAWN: ("–", "Taken back"),
    IntentionState.RETIRED: ("–", "Retired"),
}
STEPS = {
    "IntentionProposed": "proposed by %(member)s, %(at)s",
    "IntentionReworded": "reworded by %(member)s, %(at)s",
    "IntentionAdopted": "adopted by %(member)s, %(at)s",
    "IntentionDeclined": "declined by %(member)s, %(at)s",
    "IntentionWithdrawn": "taken back by %(member)s, %(at)s",
    "IntentionRetirementRequested": "retirement asked by %(member)s, %(at)s",
    "IntentionRetired": "retired by %(member)s, %(at)s",
    "IntentionKept": "kept by %(member)s, %(at)s",
}

CATEGORIES = {
    TrustCategory.CONTRACTUAL: ("Keeping to what was agreed", "Contracts, deadlines, payments, confidentiality."),
    TrustCategory.COMPETENCE: ("Being able to do it", "Skills, quality, people, systems."),
    TrustCategory.GOODWILL: ("Meaning well", "Openness, fairness, help beyond the letter."),
}
STATED = {
    "builds": "What builds trust",
    "breaks": "What breaks it",
    "reaction": "The reaction when it breaks",
    "repair": "How it can be repaired",
}
SKILLS = {
    Skill.SELF_DISCLOSURE: "Saying openly what one needs and fears",
    Skill.TRUST: "Trusting, and being trustworthy",
    Skill.MUTUAL_BENEFIT: "Looking for what serves both",
    Skill.CONFLICT: "Working through conflict",
    Skill.CHANGE: "Coping with change",
    Skill.INTERDEPENDENCE: "Relying on each other",
    Skill.FUTURE: "Planning ahead together",
}
EXCHANGES = {"trust": "What builds and breaks trust", "skills": "How both work together"}
ABOUT_EXCHANGES = {
    "trust": "Each side writes what builds and breaks its trust, how it reacts, and how to repair it. Neither sees the "
    "other's words until both have sealed theirs; then both are shown at once.",
    "skills": "Each side writes where it stands in working together. Words, no marks. Neither sees the other's until "
    "both have sealed; then both are shown at once.",
}
ENDED = {
    CancelCause.CANCELLED: "The last exchange, opened by %(member)s, was cancelled; nothing was shown, and what was "
    "sealed is erased.",
    CancelCause.EXPIRED: "The last exchange, opened by %(member)s, ran out of time; nothing was shown, and what was "
    "sealed is erased.",
    CancelCause.LOST: "The last exchange, opened by %(member)s, had to end: what was sealed could no longer be read on "
    "this machine. Nothing was shown.",
}
BOTH_KEEP_THIS = "Both sides will keep this: it stays in the shared history, also if you reword or withdraw it later."
WHO_COULD_READ = (
    "Until both have sealed, no member of either side is shown what you write, but for those of your own who hold a "
    "mandate. It is kept encrypted on the machine that runs Onetext: whoever runs that machine and has its key could "
    "read it meanwhile. It is erased there when both are shown, when you take it back or seal anew, when the exchange "
    "is cancelled, and when its time is over. A backup that was made meanwhile keeps it, encrypted."
)
