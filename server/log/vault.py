"""What parties have sealed: encrypted in a table of its own, until a reveal, a replacement or an end erases it, in the
same transaction as the event that says so."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import Notification
from sqlalchemy import ColumnElement, Engine, delete, insert, select
from sqlalchemy.sql import Executable

from domain.canonical import canonical
from domain.command import Command
from domain.events import Event
from domain.exchange_events import ExchangeCancelled, ExchangeRevealed, ExchangeSealed, SealTakenBack
from domain.ids import ExchangeId, Fingerprint, PartyId
from domain.partnership_commands import Seal
from domain.sealed import Opened, commitment_of
from server.log.beside import sealed
from server.log.keys import Keys

_NONCE = 12
_WRITING_SECONDS = 300
"""For which the words of a seal that met a fault stay in memory at most, once anything else is recorded."""


class Vault:
    """Its reads may come from any thread."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._engine, self._cipher = engine, AESGCM(keys.of("sealed exchanges"))
        self._lock = threading.Lock()
        self._on_its_way: dict[Fingerprint, tuple[float, Opened]] = {}
        """What was sealed here and may not be written yet, by its commitment."""

    def rows_for(self, events: Sequence[Event], command: Command | None) -> Iterator[Executable]:
        """The rows that belong to what a command, or the clock, has recorded."""
        for event in events:
            match event:
                case ExchangeSealed():
                    assert isinstance(command, Seal) and event.actor.party_id
                    yield from self._keep(event, event.actor.party_id, Opened(command.content, command.salt))
                case SealTakenBack():
                    assert event.actor.party_id
                    yield _erased(event.exchange_id, sealed.c.party_id == event.actor.party_id)
                case ExchangeRevealed() | ExchangeCancelled():
                    yield _erased(event.exchange_id)

    def _keep(self, event: ExchangeSealed, party_id: PartyId, content: Opened) -> Iterator[Executable]:
        """In place of what the party had sealed."""
        with self._lock:
            self._on_its_way[event.commitment] = time.monotonic(), content
        nonce = os.urandom(_NONCE)
        written = canonical({"content": content.content, "salt": content.salt})
        about = _about(event.exchange_id, party_id, event.commitment)
        yield _erased(event.exchange_id, sealed.c.party_id == party_id)
        yield insert(sealed).values(
            exchange_id=event.exchange_id,
            party_id=party_id,
            commitment=event.commitment,
            ciphertext=nonce + self._cipher.encrypt(nonce, written, about),
        )

    def read(self, exchange_id: ExchangeId, party_id: PartyId, commitment: Fingerprint) -> Opened | None:
        """What a party has sealed under a commitment; None where it is gone, or cannot be read with this key."""
        if on_its_way := self._on_its_way.get(commitment):
            return on_its_way[1]
        where = (sealed.c.exchange_id == exchange_id, sealed.c.party_id == party_id)
        with self._engine.connect() as connection:
            row = connection.execute(
                select(sealed.c.ciphertext).where(*where, sealed.c.commitment == commitment)
            ).first()
        if row is None:
            return None
        found = bytes(row[0])
        try:
            text = self._cipher.decrypt(found[:_NONCE], found[_NONCE:], _about(exchange_id, party_id, commitment))
        except InvalidTag:
            return None
        opened = Opened(**orjson.loads(text))
        return opened if commitment_of(exchange_id, party_id, opened.salt, opened.content) == commitment else None

    def see(self, page: Sequence[Notification]) -> None:
        """Events of the log: what they seal is written."""
        if not self._on_its_way:
            return
        written = [each for each in page if each.topic == ExchangeSealed.TOPIC]
        with self._lock:
            for notification in written:
                self._on_its_way.pop(orjson.loads(notification.state)["data"]["commitment"], None)
            oldest = time.monotonic() - _WRITING_SECONDS
            for commitment in [key for key, (since, _) in self._on_its_way.items() if since < oldest]:
                del self._on_its_way[commitment]


def _erased(exchange_id: ExchangeId, *more: ColumnElement[bool]) -> Executable:
    return delete(sealed).where(sealed.c.exchange_id == exchange_id, *more)


def _about(*parts: Any) -> bytes:
    """What a ciphertext is bound to, so that it is of no use elsewhere."""
    return "|".join(parts).encode()


def forget_all(engine: Engine) -> int:
    """Erase everything that is sealed; returns how many parties had sealed something."""
    with engine.begin() as connection:
        return connection.execute(delete(sealed)).rowcount
