"""How commands find the rule that judges them, and events the fold that applies them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from domain.ids import MemberId, PartyId, TermId
from domain.words import Mandate

Covered = frozenset[TermId] | None
"""The terms that a mandate is for; None for all."""

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when, and under which mandates as of which version of the partnership."""

    party: PartyId
    member: MemberId
    mandates: dict[Mandate, Covered]
    mandate_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The function that judges a command, and the mandate that the act needs, if any."""

    judge: Callable[[Any, Any, Act], None]
    needs: Mandate | None


DECISIONS: dict[type, Decision] = {}
FOLDS: dict[type, Callable[[Any, Any], None]] = {}


def decides(command: type, needs: Mandate | None = Mandate.NEGOTIATOR) -> Callable[[F], F]:
    """Register the function that judges a command."""

    def register(judge: F) -> F:
        DECISIONS[command] = Decision(judge, needs)
        return judge

    return register


def folds(*events: type) -> Callable[[F], F]:
    """Register the function that applies an event to the state."""

    def register(fold: F) -> F:
        for event in events:
            FOLDS[event] = fold
        return fold

    return register
