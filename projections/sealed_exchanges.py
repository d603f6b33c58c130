"""What was written under seal, and what each side says of trust since?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, select

from domain.ids import ExchangeId, Fingerprint, PartyId
from domain.partnership import Partnership
from domain.sealed import Sealing
from domain.words import ExchangeState, TrustCategory
from projections import tables
from projections.rows import Row, by_version


def exchange_row(stream: Sealing, exchange_id: str) -> Row:
    """The row of an exchange; shown while it is open."""
    exchange = stream.exchanges[exchange_id]  # type: ignore[index]
    body: dict[str, Any] = {
        "exchange_id": exchange.exchange_id,
        "kind": exchange.kind,
        "until": exchange.until,
        "state": exchange.state,
        "party_id": exchange.party_id,
        "member_id": exchange.member_id,
        "opened_at": exchange.opened_at,
        "commitments": dict(exchange.commitments),
        "contents": exchange.contents,
        "salts": exchange.salts,
        "cause": exchange.cause,
        "ended_at": exchange.ended_at,
        "version": exchange.version,
    }
    return Row(by_version(exchange.version), exchange.state == ExchangeState.OPEN, body)


def statement_row(partnership: Partnership, key: str) -> Row | None:
    """The row of a trust statement, None when a later reveal took its place; in the order of parties and categories."""
    statement = partnership.statements.get(key)
    if statement is None:
        return None
    party = partnership.party_ids.index(statement.party_id)
    category = list(TrustCategory).index(TrustCategory(statement.category))
    body: dict[str, Any] = {
        "party_id": statement.party_id,
        "category": statement.category,
        "builds": statement.builds,
        "breaks": statement.breaks,
        "reaction": statement.reaction,
        "repair": statement.repair,
        "at": statement.at,
        "answers": [asdict(each) for each in statement.answers],
        "version": statement.version,
        "earlier": [each._asdict() for each in statement.earlier],
    }
    return Row(f"{party}{category}", True, body)


def awaited(connection: Connection) -> dict[str, list[tuple[ExchangeId, PartyId, Fingerprint]]]:
    """By stream what was sealed, by whom under which commitment, in exchanges that are still open."""
    exchanges = tables.exchanges
    rows = select(exchanges.c.stream, exchanges.c.body).where(exchanges.c.until.is_(None), exchanges.c.shown == 1)
    found: dict[str, list[tuple[ExchangeId, PartyId, Fingerprint]]] = {}
    for stream, written in connection.execute(rows):
        body = orjson.loads(written)
        sealed = [(body["exchange_id"], *each) for each in body["commitments"].items()]
        found.setdefault(stream, []).extend(sealed)
    return found
