"""How commands find the rule that judges them, events the fold that applies them, and deadlines what they bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from domain.command import Command
from domain.ids import MemberId, PartyId, TermId
from domain.words import Mandate

Covered = frozenset[TermId] | None
"""The terms that a mandate is for; None for all."""


class KnownNeed(NamedTuple):
    """What other streams know of a need: whose it is, and whether it stands or was withdrawn."""

    party_id: PartyId
    standing: bool


F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when, and under which mandates as of which version of the partnership. known: what the command's judge
    asks of other streams, by name (Command.asks)."""

    party: PartyId
    member: MemberId
    mandates: dict[Mandate, Covered]
    mandate_version: int
    at: datetime
    known: Mapping[str, Any] = field(default_factory=dict)


Needs = Mandate | Callable[[Act], Mandate | None] | None
"""The mandate that an act needs: one, whichever of several the actor holds, or none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The function that judges a command, and the mandate that the act needs, if any. is_open: the question of
    domain/acts.py by which a page knows whether to offer the act."""

    judge: Callable[[Any, Any, Act], None]
    is_open: Callable[..., Iterable[Any]]
    needs: Needs

    def mandate_of(self, act: Act) -> Mandate | None:
        return self.needs(act) if callable(self.needs) else self.needs


class Rules:
    """What one noun adds to a kind of stream."""

    def __init__(self) -> None:
        self.decisions: dict[type[Command], Decision] = {}
        self.applied_by: dict[type, Callable[[Any, Any], None]] = {}
        self.passings: dict[str, Callable[[Any, str], None]] = {}
        self.befores: dict[type[Command], Callable[[Any, Any, Act], None]] = {}

    def decides(
        self, command: type[Command], is_open: Callable[..., Iterable[Any]], needs: Needs = Mandate.NEGOTIATOR
    ) -> Callable[[F], F]:
        """Register the function that judges a command."""

        def register(judge: F) -> F:
            self.decisions[command] = Decision(judge, is_open, needs)
            return judge

        return register

    def folds(self, *events: type) -> Callable[[F], F]:
        """Register the function that applies an event to the state."""

        def register(fold: F) -> F:
            for event in events:
                self.applied_by[event] = fold
            return fold

        return register

    def clock_before(self, command: type[Command]) -> Callable[[F], F]:
        """Register the function that records, as the clock's, what has to stand before a command is judged."""

        def register(before: F) -> F:
            self.befores[command] = before
            return before

        return register

    def passes(self, kind: str) -> Callable[[F], F]:
        """Register the function that records what follows when a deadline of a kind has passed; it is given the id of
        what the deadline was of."""

        def register(passing: F) -> F:
            self.passings[kind] = passing
            return passing

        return register
