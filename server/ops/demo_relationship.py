"""What the demo tells of the relationship: what each side needs, what both want, and what they said of trust."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import orjson

from domain.partnership import Partnership
from server.node import Node
from server.ops.demo_story import Pace
from server.seat import Seat
from server.sources import new_id


class Needs(NamedTuple):
    """The ids of needs that the agreement comes back to."""

    heard_early: str
    own_currency: str


class Talk:
    """Ada and Cid, before they open a text."""

    def __init__(self, node: Node, ada: Seat, cid: Seat, pace: Pace) -> None:
        self.node, self.ada, self.cid, self.pace = node, ada, cid, pace

    async def act(self, seat: Seat, command: str, **fields: Any) -> dict[str, Any]:
        """One act, ten minutes after the last; the data of its event."""
        return dict((await self._sent(seat, command, **fields))["data"])

    async def _sent(self, seat: Seat, command: str, **fields: Any) -> dict[str, Any]:
        self.pace.now += timedelta(minutes=10)
        raw = {"command_id": new_id(), "type": command, **fields}
        recorded = await self.node.workspace.on(Partnership.KIND, seat, seat.partnership_id, raw)
        return dict(orjson.loads(recorded.events[0]))

    async def need(self, owner: Seat, text: str, why: str) -> str:
        return str((await self.act(owner, "disclose_need", text=text, why=why))["need_id"])

    async def said_back(self, by: Seat, need_id: str, text: str, confirmed_by: Seat | None = None) -> None:
        restated = await self._sent(by, "restate_need", need_id=need_id, text=text)
        if confirmed_by:
            await self.act(confirmed_by, "confirm_restatement", need_id=need_id, version=restated["version"])

    async def adopted(self, by: Seat, other: Seat, kind: str, text: str) -> None:
        made = await self.act(by, "propose_intention", kind=kind, text=text)
        await self.adopt(other, made)

    async def adopt(self, by: Seat, made: dict[str, Any]) -> None:
        await self.act(by, "adopt_intention", intention_id=made["intention_id"], fingerprint=made["fingerprint"])


async def speak_of_trust(talk: Talk) -> None:
    ada, cid = talk.ada, talk.cid
    until = (talk.pace.now + timedelta(days=30)).isoformat()
    exchange = (await talk.act(ada, "open_exchange", kind="trust", until=until))["exchange_id"]
    ours = _stated(
        "contractual",
        "Figures that are the same in the report and on the invoice.",
        "A change to the rota that we read about in the weekly report.",
        "We start to check everything, and the phone calls get shorter.",
        "Tell us the same day, and what you will do differently.",
    )
    theirs = _stated(
        "contractual",
        "A forecast that you stand by, also when it was wrong.",
        "Service credits for calls that your own forecast missed.",
        "Our shift leads stop telling you about small things.",
        "Look at the forecast together before anybody counts credits.",
    )
    meant = _stated(
        "goodwill",
        "You ask us before you ask your lawyers.",
        "Being named in front of our own staff.",
        "We go quiet.",
        "A call, not a mail.",
    )
    await talk.act(ada, "seal", exchange_id=exchange, content={"statements": [ours]})
    await talk.act(cid, "seal", exchange_id=exchange, content={"statements": [theirs, meant]})
    party_id = talk.node.workspace.member(cid).party_id
    answer = "We did not know how that sounded on your floor. From now on we call your shift lead first."
    await talk.act(ada, "answer_trust_statement", party_id=party_id, category="goodwill", text=answer)


def _stated(category: str, builds: str, breaks: str, reaction: str, repair: str) -> dict[str, str]:
    return {"category": category, "builds": builds, "breaks": breaks, "reaction": reaction, "repair": repair}


async def say_what_each_needs(talk: Talk) -> Needs:
    ada, cid = talk.ada, talk.cid
    forecast = await talk.need(
        cid, "A forecast that we can staff against.", "Hiring and training an advisor takes us seven weeks."
    )
    await talk.said_back(ada, forecast, "You want more volume from us.")
    await talk.act(cid, "correct_restatement", need_id=forecast, text="Not more: steadier, and known earlier.")
    know_early = "You need to know seven weeks ahead how many calls will come, also when they are fewer."
    await talk.said_back(ada, forecast, know_early, cid)
    early = await talk.need(
        ada,
        "To hear of trouble before our customers do.",
        "In January we learned from the newspaper that callers had waited nineteen minutes.",
    )
    await talk.said_back(cid, early, "You want the bad news from us first, the day we know it.", ada)
    currency = await talk.need(
        cid, "To be paid in the money in which we pay our people.", "A bad month in exchange rates eats our margin."
    )
    await talk.said_back(ada, currency, "Fees in pounds, or somebody else carries the rate.", cid)
    board = await talk.need(
        ada, "To show our own board each month how storm days went.", "They decide about the budget for next winter."
    )
    await talk.said_back(cid, board, "You want a monthly report on storm days.")
    return Needs(early, currency)


async def plan_ahead(talk: Talk) -> None:
    ada, cid = talk.ada, talk.cid
    vision = await talk.act(
        ada, "propose_intention", kind="vision", text="Whoever calls us reaches a person who helps."
    )
    reworded = await talk.act(
        cid,
        "reword_intention",
        intention_id=vision["intention_id"],
        text="Whoever calls on the worst day of their year reaches a person who can help, storm or not.",
    )
    await talk.adopt(ada, reworded)
    await talk.adopted(cid, ada, "principle", "We measure promises, not people.")
    await talk.adopted(ada, cid, "principle", "Bad news travels on the day it is known.")
    await talk.act(
        ada,
        "propose_intention",
        kind="outcome",
        text="Next winter no caller waits over two minutes on a storm day, and nobody works double shifts for it.",
    )
