"""Deadlines and the clock: the deadline decides, not whoever sweeps. Running out only permits the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.agreement_events import ConditionLapsed, ProposalExpired, RatificationVoided, TermUnparked
from domain.endings import end_proposal
from domain.ids import ProposalId, TermId
from domain.setting_aside import unpark_proposals
from domain.words import VoidCause

if TYPE_CHECKING:
    from domain.agreement import Agreement

RATIFICATION = "ratification"


class Deadlines:
    """The one deadline that each thing has at present: (time as written, version of its making, kind)."""

    def __init__(self) -> None:
        self._watched: dict[str, tuple[str, int, str]] = {}
        self._next: tuple[str, int, str, str] | None = None

    def watch(self, subject: str, until: str, made: int, kind: str) -> None:
        """Watch a deadline in place of the one that the subject had."""
        self._watched[subject] = (until, made, kind)
        self._next = None

    def cancel(self, subject: str) -> None:
        if self._watched.pop(subject, None):
            self._next = None

    def next(self) -> tuple[str, int, str, str] | None:
        """(time, version, kind, subject) of the earliest deadline; of several, the one made first."""
        if self._next is None and self._watched:
            self._next = min((*watched, subject) for subject, watched in self._watched.items())
        return self._next


def record_passed(agreement: Agreement, now: str) -> None:
    """Record every deadline that has passed: by deadline, then by making."""
    while (due := agreement.deadlines.next()) and due[0] <= now:
        _, _, kind, subject = due
        match kind:
            case "proposal":
                end_proposal(agreement, ProposalExpired, ProposalId(subject))
            case "condition":
                agreement.record(ConditionLapsed, proposal_id=ProposalId(subject))
            case "parking":
                unparked = agreement.record(TermUnparked, term_id=TermId(subject))
                unpark_proposals(agreement, TermId(subject), unparked)
            case _:
                agreement.record(RatificationVoided, cause=VoidCause.EXPIRED, caused_by=None)
