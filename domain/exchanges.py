"""Sealed exchanges: what each side writes without seeing the other's, and both see at once or not at all
(relationship.md, Sealed exchanges). One mechanism, for every stream on which exchanges are held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from domain import acts_in_partnership
from domain.acts_in_partnership import ExchangeWords
from domain.deadlines import Watched
from domain.exchange_events import (
    ExchangeCancelled,
    ExchangeOpened,
    ExchangeRevealed,
    ExchangeSealed,
    SealTakenBack,
)
from domain.ids import ExchangeId, Fingerprint, PartyId
from domain.partnership_commands import CancelExchange, OpenExchange, Seal, TakeBackSeal
from domain.refusals import Code
from domain.rules import Act, Rules
from domain.sealed import Exchange, Opened, Sealing, commitment_of, refuse_other_kind
from domain.times import moment_of
from domain.words import CancelCause, ExchangeState

rules = Rules()

LONGEST_DAYS = 180
"""For which an exchange may wait."""

ReadSealed = Callable[[ExchangeId, PartyId, Fingerprint], Opened | None]
"""Reads again what a party has sealed under a commitment; None where that is gone (Act.known, "sealed")."""


def words_on_exchange(exchange: Exchange, party: PartyId) -> ExchangeWords:
    """The state words that decide which acts on an exchange are open to a party."""
    return ExchangeWords(exchange.state, exchange.cause, sealed=party in exchange.commitments)


@rules.decides(OpenExchange, acts_in_partnership.always)
def open_exchange(stream: Sealing, command: OpenExchange, act: Act) -> None:
    guards = acts_in_partnership.guards_of_party(act)
    latest = moment_of(stream.now) + timedelta(days=LONGEST_DAYS)
    guards.refuse_if(
        not stream.now < command.until or moment_of(command.until) > latest,
        Code.INVALID_VALUE,
        f"An exchange ends at a moment that lies ahead, at most {LONGEST_DAYS} days away.",
        "Choose another day.",
    )
    is_open = any(each.kind == command.kind and each.state == ExchangeState.OPEN for each in stream.exchanges.values())
    guards.refuse_if(
        is_open,
        Code.NOT_YET_PERMITTED,
        "There is an open exchange of this kind already.",
        "Seal what you write in that one, or cancel it first.",
    )
    guards.settle()
    stream.record(
        ExchangeOpened,
        exchange_id=command.exchange_id,
        kind=command.kind,
        until=command.until,
        term_ids=None,
        question=None,
    )


@rules.decides(Seal, acts_in_partnership.seal)
def seal(stream: Sealing, command: Seal, act: Act) -> None:
    """With the second party's seal both are revealed, in the same commit."""
    exchange = stream.exchange(command.exchange_id)
    refuse_other_kind(exchange.kind, command.content)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.seal(words_on_exchange(exchange, act.party)))
    guards.settle()
    commitment = commitment_of(exchange.exchange_id, act.party, command.salt, command.content)
    sealed = stream.record(ExchangeSealed, exchange_id=exchange.exchange_id, commitment=commitment)
    opened = {act.party: Opened(command.content, command.salt)}
    for party_id, other in exchange.commitments.items():
        if party_id != act.party:
            read = act.known["sealed"](exchange.exchange_id, party_id, other)
            assert read is not None, "the clock has ended exchanges whose content is gone"
            opened[party_id] = read
    if len(opened) == len(stream.party_ids):
        in_order = {party_id: opened[party_id] for party_id in stream.party_ids}
        stream.record(
            ExchangeRevealed,
            exchange_id=exchange.exchange_id,
            contents={party_id: each.content for party_id, each in in_order.items()},
            salts={party_id: each.salt for party_id, each in in_order.items()},
            caused_by=sealed,
        )


@rules.clock_before(Seal)
def cancel_what_cannot_be_revealed(stream: Sealing, command: Seal, act: Act) -> None:
    """Where what the other party has sealed is gone, nothing could ever be revealed."""
    exchange = stream.exchanges.get(command.exchange_id)
    if exchange and exchange.state == ExchangeState.OPEN:
        others = {party: each for party, each in exchange.commitments.items() if party != act.party}
        _cancel_if_lost(stream, exchange.exchange_id, others, act.known["sealed"])


def cancel_lost(stream: Sealing, read: ReadSealed) -> None:
    """Let the clock cancel every open exchange of which something that was sealed is gone."""
    for exchange in list(stream.exchanges.values()):
        if exchange.state == ExchangeState.OPEN:
            _cancel_if_lost(stream, exchange.exchange_id, exchange.commitments, read)


def _cancel_if_lost(stream: Sealing, exchange_id: ExchangeId, commitments: Any, read: ReadSealed) -> None:
    if any(read(exchange_id, party_id, commitment) is None for party_id, commitment in commitments.items()):
        stream.record(ExchangeCancelled, exchange_id=exchange_id, cause=CancelCause.LOST, caused_by=None)


@rules.decides(TakeBackSeal, acts_in_partnership.take_back)
def take_back_seal(stream: Sealing, command: TakeBackSeal, act: Act) -> None:
    exchange = stream.exchange(command.exchange_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.take_back(words_on_exchange(exchange, act.party)))
    guards.settle()
    stream.record(SealTakenBack, exchange_id=exchange.exchange_id)


@rules.decides(CancelExchange, acts_in_partnership.cancel)
def cancel_exchange(stream: Sealing, command: CancelExchange, act: Act) -> None:
    exchange = stream.exchange(command.exchange_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.cancel(words_on_exchange(exchange, act.party)))
    guards.settle()
    stream.record(ExchangeCancelled, exchange_id=exchange.exchange_id, cause=CancelCause.CANCELLED, caused_by=None)


@rules.passes("exchange")
def exchange_expires(stream: Sealing, exchange_id: str) -> None:
    stream.record(ExchangeCancelled, exchange_id=ExchangeId(exchange_id), cause=CancelCause.EXPIRED, caused_by=None)


@rules.folds(ExchangeOpened)
def exchange_opened(stream: Sealing, event: ExchangeOpened) -> None:
    assert event.actor.party_id and event.actor.member_id
    stream.exchanges[event.exchange_id] = Exchange(
        event.exchange_id,
        event.kind,
        event.until,
        event.actor.party_id,
        event.actor.member_id,
        event.at,
        event.originator_version,
        {},
    )
    stream.deadlines.watch(Watched("exchange", event.exchange_id), event.until, event.originator_version, "exchange")


@rules.folds(ExchangeSealed)
def exchange_sealed(stream: Sealing, event: ExchangeSealed) -> None:
    assert event.actor.party_id
    exchange = stream.exchanges[event.exchange_id]
    commitments = {**exchange.commitments, event.actor.party_id: event.commitment}
    stream.exchanges[event.exchange_id] = exchange._replace(commitments=commitments)


@rules.folds(SealTakenBack)
def seal_taken_back(stream: Sealing, event: SealTakenBack) -> None:
    exchange = stream.exchanges[event.exchange_id]
    kept = {party: each for party, each in exchange.commitments.items() if party != event.actor.party_id}
    stream.exchanges[event.exchange_id] = exchange._replace(commitments=kept)


@rules.folds(ExchangeRevealed)
def exchange_revealed(stream: Sealing, event: ExchangeRevealed) -> None:
    exchange = stream.exchanges[event.exchange_id]._replace(
        state=ExchangeState.REVEALED, contents=event.contents, salts=event.salts, ended_at=event.at
    )
    stream.exchanges[event.exchange_id] = exchange
    stream.deadlines.cancel(Watched("exchange", event.exchange_id))
    stream.revealed(exchange, event.originator_version)


@rules.folds(ExchangeCancelled)
def exchange_cancelled(stream: Sealing, event: ExchangeCancelled) -> None:
    stream.exchanges[event.exchange_id] = stream.exchanges[event.exchange_id]._replace(
        state=ExchangeState.CANCELLED, cause=CancelCause(event.cause), ended_at=event.at
    )
    stream.deadlines.cancel(Watched("exchange", event.exchange_id))
