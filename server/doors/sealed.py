"""What a party has sealed, shown to itself alone."""

from __future__ import annotations

import asyncio
from typing import Any

from domain.acts_in_partnership import reads_own
from domain.exchanges import words_on_exchange
from domain.ids import ExchangeId
from domain.refusals import Code, Refusal
from domain.relationship import Member
from domain.sealed import Opened, Sealing
from server.node import Node
from server.seat import Seat


async def own_sealed(node: Node, seat: Seat, stream: str, exchange_id: str) -> Opened:
    """What the asker's party has sealed in an open exchange; to others, to observers too, it does not exist."""
    aggregates, member = node.workspace.aggregates, node.workspace.member(seat)
    held = await aggregates.hold(stream)
    found = await _sealed(node, held and held.aggregate, exchange_id, member)
    if found is None:
        # Another node may have taken a new seal in place of the one that this one knows of.
        found = await _sealed(node, await asyncio.to_thread(aggregates.load, stream), exchange_id, member)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def _sealed(node: Node, aggregate: Any, exchange_id: str, member: Member) -> Opened | None:
    """As far as the state of a stream tells, None where there is nothing to be read any more."""
    exchanges = aggregate.exchanges if isinstance(aggregate, Sealing) else {}
    exchange, us = exchanges.get(ExchangeId(exchange_id)), member.party_id
    if exchange is None or not reads_own(words_on_exchange(exchange, us), member.mandates):
        raise Refusal(Code.NOT_FOUND)
    return await asyncio.to_thread(node.vault.read, exchange.exchange_id, us, exchange.commitments[us])
