"""The events of a sealed exchange, on whichever stream it is held. What was sealed is in none before the reveal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.events import Event
from domain.ids import ExchangeId, Fingerprint, PartyId, TermId


class ExchangeEvent(Event):
    """An event of a sealed exchange."""

    KINDS = ("partnership",)


class ExchangeOpened(ExchangeEvent):
    """Both parties are asked to write without seeing what the other writes; nothing is revealed after until. term_ids
    and question: what it is about, where its kind has that."""

    TOPIC = "ExchangeOpened"
    SENTENCE = "opened a sealed exchange in"
    TOLD = ("kind",)
    exchange_id: ExchangeId
    kind: str
    until: str
    term_ids: list[TermId] | None
    question: str | None

    @classmethod
    def verb(cls, about: Mapping[str, Any]) -> str:
        return f"opened a sealed exchange ({about['kind']}) in"


class ExchangeSealed(ExchangeEvent):
    """A party sealed what it wrote; commitment: a salted hash, by which anybody can check it after the reveal."""

    TOPIC = "ExchangeSealed"
    SENTENCE = "sealed what they wrote in"
    exchange_id: ExchangeId
    commitment: Fingerprint


class SealTakenBack(ExchangeEvent):
    """A party took back what it had sealed; it is erased."""

    TOPIC = "SealTakenBack"
    SENTENCE = "took back what they had sealed in"
    exchange_id: ExchangeId


class ExchangeRevealed(ExchangeEvent):
    """Both have sealed, and both see both at once. contents and salts: by party."""

    TOPIC = "ExchangeRevealed"
    SENTENCE = "Both have sealed: what each wrote in {} is shown to both."
    exchange_id: ExchangeId
    contents: dict[PartyId, dict[str, Any]]
    salts: dict[PartyId, str]
    caused_by: int


class ExchangeCancelled(ExchangeEvent):
    """An exchange ended without a reveal; what was sealed is erased. cause: cancelled, expired or lost."""

    TOPIC = "ExchangeCancelled"
    SENTENCE = "A sealed exchange in {} ended without being opened."
    TOLD = ("cause",)
    exchange_id: ExchangeId
    cause: str
    caused_by: int | None
