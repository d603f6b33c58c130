"""What a party has sealed, shown to itself alone."""

from __future__ import annotations

import asyncio

from domain.acts_in_partnership import reads_own
from domain.exchanges import words_on_exchange
from domain.ids import ExchangeId
from domain.refusals import Code, Refusal
from domain.sealed import Opened, Sealing
from server.node import Node
from server.seat import Seat


async def own_sealed(node: Node, seat: Seat, stream: str, exchange_id: str) -> Opened:
    """What the asker's party has sealed in an open exchange; to others, to observers too, it does not exist."""
    held = await node.workspace.aggregates.hold(stream)
    member = node.workspace.member(seat)
    exchanges = held.aggregate.exchanges if held and isinstance(held.aggregate, Sealing) else {}
    exchange = exchanges.get(ExchangeId(exchange_id))
    us = member.party_id
    if exchange is None or not reads_own(words_on_exchange(exchange, us), member.mandates):
        raise Refusal(Code.NOT_FOUND)
    found = await asyncio.to_thread(node.vault.read, exchange.exchange_id, us, exchange.commitments[us])
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found
