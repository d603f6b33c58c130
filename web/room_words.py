"""What the pages of an agreement say, where it depends on what it is said of: each string is a sentence of the
catalogue (web/wording.py)."""

from __future__ import annotations

from domain.words import AgreementStatus, Mark, Severity, TermStatus, VoidCause

STATES = {
    "contested": ("◆", "Contested"),
    "conditional": ("◑", "Accepted on a condition"),
    TermStatus.OPEN: ("○", "Open"),
    TermStatus.PROVISIONAL: ("✓", "Provisionally agreed"),
    TermStatus.RATIFIED: ("✓", "In force"),
    TermStatus.PARKED: ("‖", "Parked"),
    TermStatus.DEFERRED: ("→", "Deferred"),
}
"""A sign and words for each state of a clause."""
IN_THE_WAY = {
    "contested": "contested",
    "conditional": "accepted on a condition",
    TermStatus.OPEN: "open",
    TermStatus.PROVISIONAL: "provisionally agreed",
    TermStatus.RATIFIED: "in force",
    TermStatus.PARKED: "parked",
    TermStatus.DEFERRED: "deferred",
}
"""The same, said of what is in the way of the signature."""
OFFER_IN_THE_WAY = {
    "open": "an offer by %(party)s is open",
    "countered": "an offer by %(party)s is countered",
    "conditional": "an offer by %(party)s is conditional",
    "parked": "an offer by %(party)s is parked",
}
MARKS = {Mark.EXIT: "exit term", Mark.LEGAL_FLOOR: "legal floor"}
MARK_AS = {Mark.EXIT: "Mark as exit term", Mark.LEGAL_FLOOR: "Mark as legal floor"}
NOT_THE = {Mark.EXIT: "Not the exit term", Mark.LEGAL_FLOOR: "Not the legal floor"}
ASKS_TO = {
    "parking": "%(party)s asks to park this until %(until)s: %(reason)s",
    "deferral": "%(party)s asks to defer this, leaving it open at signature, until %(until)s: %(reason)s",
}
STALE = {
    False: "Your proposal became stale: %(clauses)s moved on before it was accepted.",
    True: "Your package became stale: %(clauses)s moved on before it was accepted.",
}
"""By whether it is a package."""
STALE_BY_US = {
    False: "Your proposal became stale by what your own side did: %(clauses)s moved on before it was accepted. It no "
    "longer stands, and waits for nobody.",
    True: "Your package became stale by what your own side did: %(clauses)s moved on before it was accepted. It no "
    "longer stands, and waits for nobody.",
}
ACCEPT_THIS = {
    False: ("Accept this", "Accept this: a package, all or none"),
    True: (
        "Accept this instead of another on the same clause",
        "Accept this instead of another on the same clause: a package, all or none",
    ),
}
"""By whether another offer that is read touches the same clause; the second of a package."""

AGAINST = {
    "agreed": "Changes to the last agreed words",
    "answered": "Changes to the offer that it answers",
    "replaced": "Changes to the offer that it replaces",
    "rival": "Differences from the other offer on it",
    "clean": "New words",
}
MADE = {
    "counters": "%(member)s counters, %(at)s",
    "replaces": "%(member)s replaces its offer, %(at)s",
    "proposes": "%(member)s proposes, %(at)s",
}
GROUNDS = {
    "need": "need",
    "capability": "capability",
    "cost": "cost",
    "risk": "risk",
    "legal": "legal",
    "principle": "principle",
    "ambiguity": "ambiguity",
    "mandate": "mandate",
    "inconsistency": "inconsistency",
    "timing": "timing",
    "other": "other",
}
OBJECTS = {
    Severity.BLOCKING: "%(member)s objects · blocking, %(at)s",
    Severity.CONCERN: "%(member)s is concerned, %(at)s",
}
SETTLES = {
    "clarified": "clarified",
    "revised": "revised",
    "traded": "traded",
    "conceded": "conceded",
    "commitment": "commitment",
    "trial": "trial",
    "bridge": "bridge",
    "sponsor_decision": "sponsor decision",
    "external": "external",
    "agreed_to_differ": "agreed to differ",
}
"""How an objection is to be settled."""
TO_SETTLE = {
    "revised": "Revised: the words were changed",
    "clarified": "Clarified: the words say it already",
    "traded": "Traded: in return for something else",
    "conceded": "Conceded: it is granted",
    "trial": "Trial: for a time, then looked at again",
    "agreed_to_differ": "Agreed to differ: it stays on record and no longer blocks",
}
"""The ways that the form offers."""
ENDED = {
    "resolved": "✓ Resolved: both say that it is settled",
    "withdrawn": "Withdrawn by its party",
    "moot": "Moot: its proposal ended",
    "agreed_to_differ": "Agreed to differ",
    "accepted_with_concern": "Accepted with this concern",
}
VOID = {VoidCause.WITHDRAWN: "The ratification was withdrawn.", VoidCause.EXPIRED: "The time for signing ran out."}
WHY_VOID = {
    VoidCause.REFUSED: "%(member)s refused",
    VoidCause.WITHDRAWN: "taken back to drafting",
    VoidCause.EXPIRED: "the time ran out",
}

WHOLE_TEXT = {
    AgreementStatus.DRAFTING: "The whole text, as agreed so far",
    AgreementStatus.RATIFYING: "The text put to signature",
    AgreementStatus.IN_FORCE: "The signed text",
    AgreementStatus.ABANDONED: "The text as it was left",
}

VALUES = {
    "money": "Money",
    "percent": "Percent",
    "number": "Number",
    "duration": "Duration",
    "date": "Date",
    "choice": "Choice",
    "shares": "Shares of 100",
    "parts": "Parts of a total",
}
UNITS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
FIELDS = {
    "amount": "the amount",
    "currency": "the currency",
    "number": "the number",
    "iso": "how long",
    "date": "the date",
    "total": "the total",
    "options": "the options",
    "shares": "the shares",
    "parts": "the parts",
}
"""The fields of a value, as what is still missing."""
UNSEEN = {
    "\u00ad": "soft hyphen", "\u061c": "Arabic letter mark", "\u200b": "zero-width space", "\u200c": "non-joiner",
    "\u200d": "joiner", "\u200e": "left-to-right mark", "\u200f": "right-to-left mark",
    "\u202a": "left-to-right embedding", "\u202b": "right-to-left embedding", "\u202c": "end of embedding",
    "\u202d": "left-to-right override", "\u202e": "right-to-left override", "\u2060": "word joiner",
    "\u2066": "left-to-right isolate", "\u2067": "right-to-left isolate", "\u2068": "isolate",
    "\u2069": "end of isolate", "\ufeff": "byte order mark",
    "\n": "end of line", "\t": "tab", "\r": "carriage return", " ": "space", "\u00a0": "no-break space",
}  # fmt: skip
"""Signs that cannot be seen, by name."""
NOTICES = {"left_out": "Left out", "counted": "Counted", "not_understood": "Not understood"}
"""What became of something in a text that is imported."""
