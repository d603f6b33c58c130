"""Random relationships: commands that two partners might send about needs, a shared future, and what they seal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from domain.command import read_command
from domain.events import Event
from domain.ids import ExchangeId, Fingerprint, MemberId, PartnershipId, PartyId
from domain.partnership import Partnership
from domain.refusals import Refusal
from domain.rules import Act
from domain.sealed import Opened
from domain.shares import AgreeToShare, MakeShare, RevokeShare
from domain.times import written
from domain.words import ADOPTED, ExchangeState, IntentionKind, IntentionState, Mandate, Skill, TrustCategory
from tests.negotiations import PARTIES

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOWHERE = "00000000-0000-4000-8000-00000000dead"
Raw = dict[str, Any]


@dataclass
class Bond:
    """One partnership, its two parties, and a clock. swapped: the sides play each other's part."""

    swapped: bool = False
    now: datetime = START
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = 0
        self.sealed: dict[Fingerprint, Opened] = {}
        members = [MemberId(f"{party[:8]}-0000-4000-8000-000000000100") for party in PARTIES]
        order = (1, 0) if self.swapped else (0, 1)
        parties = [(PARTIES[each], f"Party {place}", members[each]) for place, each in enumerate(order)]
        self.partnership = Partnership.form(PartnershipId(self.mint()), "alliance", "", parties, START, self.mint())
        self.members = members
        self._keep()

    def mint(self) -> str:
        self._ids += 1
        return str(uuid.UUID(int=self._ids, version=4))

    def salt(self) -> str:
        self._ids += 1
        return f"{self._ids:064x}"

    def party(self, side: int) -> PartyId:
        return PARTIES[side ^ self.swapped]

    def act(self, side: int, mandates: set[Mandate] | None = None) -> Act:
        held = dict.fromkeys(Mandate if mandates is None else mandates)
        member = self.members[side ^ self.swapped]
        known = {"sealed": self.read_sealed, "serves": {}}
        return Act(self.party(side), member, held, self.partnership.version, self.now, known)

    def read_sealed(self, _: ExchangeId, __: PartyId, commitment: Fingerprint) -> Opened | None:
        return self.sealed.get(commitment)

    def do(self, side: int, raw: Raw, mandates: set[Mandate] | None = None) -> Refusal | None:
        """Let the clock record what has passed, then judge a command; the refusal, if it was refused."""
        act = self.act(side, mandates)
        self.partnership.pass_deadlines(self.now)
        self._keep()
        refusal: Refusal | None = None
        try:
            command = self._read(raw)
            self.partnership.prepare(command, act)
            self._keep()
            self.partnership.execute(command, act)
            if raw["type"] == "seal":
                sealed = self.partnership.pending_events[0]
                self.sealed[sealed.commitment] = Opened(command.content, command.salt)  # type: ignore[attr-defined]
        except Refusal as refused:
            refusal = refused
        assert not (refusal and self.partnership.pending_events), "refused, yet something was recorded"
        self._keep()
        return refusal

    def _read(self, raw: Raw) -> Any:
        """A command as it is sent, or one that a door makes."""
        if raw["type"] not in DOORS:
            return read_command({"command_id": self.mint(), **raw}, Partnership.commands, self.mint, self.salt)
        fields = {name: each for name, each in raw.items() if name != "type"}
        return DOORS[raw["type"]](command_id=self.mint(), digest="", **fields)

    def _keep(self) -> None:
        self.events.extend(self.partnership.collect_events())  # type: ignore[arg-type]


DOORS: dict[str, Any] = {"make_share": MakeShare, "agree_to_share": AgreeToShare, "revoke_share": RevokeShare}


def statements(*categories: str, words: str = "x") -> Raw:
    said = dict.fromkeys(("builds", "breaks", "reaction", "repair"), words)
    return {"statements": [{"category": each, **said} for each in categories]}


def answers(*skills: str, words: str = "x") -> Raw:
    return {"answers": [{"skill": each, "where_we_stand": words} for each in skills]}


def _some(random: Random, things: Any) -> Any:
    """One of the things; now and then, or where there are none, something that does not exist."""
    things = list(things)
    return random.choice(things) if things and random.random() > 0.03 else NOWHERE


def random_act(bond: Bond, random: Random) -> tuple[int, Raw] | timedelta:
    """(side, command), or a time to wait."""
    if random.random() < 0.05:
        return timedelta(hours=random.choice([1, 20, 60]))
    side = random.randrange(2)
    makers = [_need, _on_need, _intention, _on_intention, _exchange, _trust, _share]
    maker = random.choices(makers, [2, 8, 2, 8, 6, 3, 3])[0]
    return side, maker(bond, random)


def _need(_: Bond, random: Random) -> Raw:
    return {"type": "disclose_need", "text": "steady", **random.choice([{}, {"why": "hiring takes long"}])}


def _on_need(bond: Bond, random: Random) -> Raw:
    needs = bond.partnership.needs
    need_id = _some(random, needs)
    need = needs.get(need_id)
    version = need.restatement.version if need and need.restatement and random.random() > 0.1 else 3
    return random.choices(
        [
            {"type": "restate_need", "need_id": need_id, "text": "you want it steady"},
            {"type": "confirm_restatement", "need_id": need_id, "version": version},
            {"type": "correct_restatement", "need_id": need_id, "text": "not more"},
            {"type": "reword_need", "need_id": need_id, "text": "steadier", "why": None},
            {"type": "declare_need_met", "need_id": need_id},
            {"type": "declare_need_unmet", "need_id": need_id, "note": "still waiting"},
            {"type": "withdraw_need", "need_id": need_id, "reason": "gone"},
        ],
        [8, 5, 3, 2, 1, 1, 1],
    )[0]


def _intention(bond: Bond, random: Random) -> Raw:
    raw: Raw = {"type": "propose_intention", "kind": random.choice(list(IntentionKind)), "text": "together"}
    if random.random() < 0.4:
        adopted = [each.intention_id for each in bond.partnership.intentions.values() if each.state in ADOPTED]
        raw["replaces"] = _some(random, adopted)
    return raw


def _on_intention(bond: Bond, random: Random) -> Raw:
    intentions = bond.partnership.intentions
    proposed = [key for key, each in intentions.items() if each.state == IntentionState.PROPOSED]
    intention_id = _some(random, proposed if proposed and random.random() < 0.6 else intentions)
    intention = intentions.get(intention_id)
    fingerprint = intention.fingerprint if intention and random.random() > 0.1 else "0" * 64
    on = {"intention_id": intention_id}
    return random.choices(
        [
            {"type": "adopt_intention", **on, "fingerprint": fingerprint},
            {"type": "reword_intention", **on, "text": "together, in the open"},
            {"type": "decline_intention", **on, "reason": "no"},
            {"type": "withdraw_intention", **on},
            {"type": "retire_intention", **on, **random.choice([{}, {"reason": "over"}])},
            {"type": "keep_intention", **on},
        ],
        [8, 3, 1, 1, 4, 2],
    )[0]


def _exchange(bond: Bond, random: Random) -> Raw:
    exchanges = bond.partnership.exchanges
    is_open = [key for key, each in exchanges.items() if each.state == ExchangeState.OPEN]
    exchange_id = _some(random, is_open if is_open and random.random() < 0.85 else exchanges)
    exchange = exchanges.get(exchange_id)
    kind = exchange.kind if exchange and random.random() > 0.05 else "trust"
    content = {
        "trust": statements(*random.sample(list(TrustCategory), random.choice([1, 2, 3]))),
        "skills": answers(*random.sample(list(Skill), random.choice([1, 7]))),
    }[kind]
    until = (bond.now + timedelta(hours=random.choice([-1, 30, 200, 200]))).isoformat()
    return random.choices(
        [
            {"type": "open_exchange", "kind": random.choice(["trust", "skills"]), "until": until},
            {"type": "seal", "exchange_id": exchange_id, "content": content},
            {"type": "take_back_seal", "exchange_id": exchange_id},
            {"type": "cancel_exchange", "exchange_id": exchange_id},
        ],
        [5, 8, 1, 1],
    )[0]


def _share(bond: Bond, random: Random) -> Raw:
    shares = bond.partnership.shares
    if not shares or random.random() < 0.4:
        ends = written(bond.now + timedelta(hours=random.choice([-1, 30, 300])))
        made = {
            "share_id": bond.mint(),
            "agreement_id": NOWHERE,
            "expires_at": ends,
            "note": random.choice([None, "x"]),
        }
        return {"type": "make_share", **made}
    return {"type": random.choice(["agree_to_share", "revoke_share"]), "share_id": _some(random, shares)}


def _trust(bond: Bond, random: Random) -> Raw:
    category = random.choice(list(TrustCategory))
    if random.random() < 0.6:
        party = _some(random, bond.partnership.party_ids)
        return {"type": "answer_trust_statement", "party_id": party, "category": category, "text": "so be it"}
    said = dict.fromkeys(("builds", "breaks", "reaction", "repair"), "anew")
    return {"type": "reword_trust_statement", "category": category, **said}
