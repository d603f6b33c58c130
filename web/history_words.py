"""What the history says, where it depends on what it is said of: each string is a sentence of the catalogue."""

from __future__ import annotations

from domain.words import NeedOutcome, ObjectionState, TermStatus

WAITS = {
    "proposal": "an answer to what is proposed",
    "condition": "a condition",
    "objection": "an answer to an objection",
    "resolution": "whether an objection is settled",
    "question": "an answer to a question",
    "parking": "whether a clause is parked",
    "deferral": "whether a clause is deferred",
    "reopened": "new words for what was reopened",
    "signature": "the signature",
}
ENDINGS = {
    ObjectionState.RESOLVED: "Both said that it is settled.",
    ObjectionState.WITHDRAWN: "Its party withdrew it.",
    ObjectionState.MOOT: "What it was about ended.",
    ObjectionState.AGREED_TO_DIFFER: "They agreed to differ.",
    ObjectionState.ACCEPTED_WITH_CONCERN: "It was accepted with this concern.",
}
OUTCOMES = {
    None: "its owner has not said yet whether it is met",
    NeedOutcome.MET: "met, says its owner",
    NeedOutcome.UNMET: "not met, says its owner",
}
STATES = {
    "contested": "Contested",
    "conditional": "Accepted on a condition",
    TermStatus.OPEN: "Open",
    TermStatus.PROVISIONAL: "Agreed; a change is offered",
    TermStatus.RATIFIED: "In force",
    TermStatus.PARKED: "Parked",
    TermStatus.DEFERRED: "Deferred: left open at signature",
}
LEFT = (
    (TermStatus.DEFERRED, "One is left open on purpose.", "%(count)s are left open on purpose."),
    (TermStatus.PARKED, "One is parked.", "%(count)s are parked."),
)
"""What is said of clauses that wait by agreement, of one and of many."""
ASKED = {
    "parking": "asks to park it until %(until)s: %(reason)s",
    "deferral": "asks to leave it open at signature until %(until)s: %(reason)s",
}
OFFERS = {
    "add": "%(member)s proposes it:",
    "revise": "%(member)s proposes:",
    "move": "%(member)s proposes to move it.",
    "remove": "%(member)s proposes to take it out.",
}
ACTS = {
    "proposed": "proposed",
    "accepted": "accepted",
    "ratified": "signed",
    "conditional": "accepted subject to a condition",
}
BECAME = {
    None: "counts once it is fulfilled",
    "fulfilled": "fulfilled with event %(version)s",
    "lapsed": "lapsed with event %(version)s: it does not count",
    "ended": "ended with the proposal: it does not count",
}
CHANGES = {
    "added": "New",
    "removed": "Gone",
    "agreed": "Its first agreed words",
    "changed": "Changed",
    "moved": "Moved to another place",
}
DONE_WITH = {
    "add": "New: %(clause)s",
    "revise": "%(clause)s",
    "move": "Moved: %(clause)s",
    "remove": "Taken out: %(clause)s",
}
DUE = {
    "signature": "the signature is due",
    "condition": "a condition is due",
    "offer": "an offer ends",
    TermStatus.PARKED: "a clause is parked until then",
    TermStatus.DEFERRED: "a clause is deferred until then",
}
COLUMNS = {"when": "When", "who": "Who", "mandate": "Mandate", "what": "What", "clause": "Clause"}
FILTERS = {"party": "Party", "member": "Person", "clause": "Clause", "day": "Day (UTC)"}
