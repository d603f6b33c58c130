"""Random negotiations: commands that a pair of partners might send in a given state, sensible more often than not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from domain.agreement import Agreement
from domain.agreement_events import AgreementEvent
from domain.command import read_command
from domain.ids import AgreementId, IntentionId, MemberId, NeedId, PartnershipId, PartyId
from domain.refusals import Refusal
from domain.rules import Act, Covered, KnownNeed
from domain.words import GROUNDS, NOT_ENDED, AgreementStatus, Mandate, Mark, ProposalState, Severity, TermStatus

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARTIES = (
    PartyId("aaaaaaaa-0000-4000-8000-00000000000f"),
    PartyId("bbbbbbbb-0000-4000-8000-00000000000f"),
)
NEEDS = (NeedId("eeeeeeee-0000-4000-8000-000000000001"), NeedId("eeeeeeee-0000-4000-8000-000000000002"))
"""One of each side."""
WITHDRAWN = NeedId("eeeeeeee-0000-4000-8000-000000000003")
PRINCIPLE = IntentionId("ffffffff-0000-4000-8000-000000000001")
Raw = dict[str, Any]


@dataclass
class Seat:
    """A member with mandates."""

    party: PartyId
    member: MemberId
    mandates: dict[Mandate, Covered]


@dataclass
class World:
    """One agreement, its two parties, and a clock. swapped: the sides play each other's part; mints: ids from where."""

    swapped: bool = False
    now: datetime = START
    events: list[AgreementEvent] = field(default_factory=list)
    partnership_id: PartnershipId | None = None
    mints: int = 0

    def __post_init__(self) -> None:
        self._ids = self.mints
        every: dict[Mandate, Covered] = {Mandate.NEGOTIATOR: None, Mandate.SIGNATORY: None}
        self.seats = [
            [
                Seat(party, MemberId(f"{party[:8]}-0000-4000-8000-0000000001{n:02}"), mandates)
                for n, mandates in enumerate((every, {Mandate.CONTRIBUTOR: None}, {Mandate.SIGNATORY: None}, every))
            ]
            for party in PARTIES
        ]
        agreement_id, of = AgreementId(self.mint()), self.partnership_id or PartnershipId(self.mint())
        self.agreement = Agreement.open(agreement_id, of, PARTIES, "T", 1, self.act(0, 0), self.mint())
        self._keep()

    @property
    def known(self) -> dict[str, Any]:
        """What the partnership tells: each side's need, one of the second side that was withdrawn, a principle."""
        first, second = self.party(0), self.party(1)
        needs = {
            NEEDS[0]: KnownNeed(first, standing=True),
            NEEDS[1]: KnownNeed(second, standing=True),
            WITHDRAWN: KnownNeed(second, standing=False),
        }
        return {"needs": needs, "principles": frozenset({PRINCIPLE})}

    def mint(self) -> str:
        self._ids += 1
        return str(uuid.UUID(int=self._ids, version=4))

    def act(self, side: int, seat: int = 0) -> Act:
        """side 0 opened the agreement, or, in the swapped world, the other."""
        chosen = self.seats[side ^ self.swapped][seat]
        return Act(chosen.party, chosen.member, chosen.mandates, 7, self.now, self.known)

    def party(self, side: int) -> PartyId:
        return PARTIES[side ^ self.swapped]

    def side(self, party: str | None) -> int:
        return int(party == PARTIES[1]) ^ self.swapped

    def do(self, side: int, seat: int, raw: Raw) -> Refusal | None:
        """Let the clock record what has passed, then judge a command; the refusal, if it was refused."""
        self.agreement.pass_deadlines(self.now)
        self._keep()
        refusal: Refusal | None
        try:
            command = read_command({"command_id": self.mint(), **raw}, Agreement.commands, self.mint)
            self.agreement.execute(command, self.act(side, seat))
        except Refusal as refused:
            refusal = refused
        else:
            refusal = None
        assert not (refusal and self.agreement.pending_events), "refused, yet something was recorded"
        self._keep()
        return refusal

    def wait(self, **by: float) -> None:
        self.now += timedelta(**by)

    def _keep(self) -> None:
        self.events.extend(self.agreement.collect_events())  # type: ignore[arg-type]


def random_step(world: World, random: Random) -> tuple[int, int, Raw] | timedelta:
    """(side, seat, command), or a time to wait."""
    if random.random() < 0.04:
        return timedelta(hours=random.choice([1, 20, 60]))
    side = random.randrange(2)
    seat = random.choices([0, 1, 2, 3], [80, 4, 8, 8])[0]
    makers = [
        (_make_proposal, 24), (_accept, 22), (_objection, 12), (_on_objection, 16), (_end_proposal, 8), (_open_term, 4),
        (_on_term, 12), (_condition, 5), (_clarify, 3), (_ratify, 8), (_accept_several, 3), (_exit, 3),
        (_link, 6),
    ]  # fmt: skip
    agreement = world.agreement
    pointless = set()
    if not agreement.live:
        pointless |= {_accept, _objection, _end_proposal, _accept_several, _condition}
    if not any(each.state in NOT_ENDED for each in agreement.objections.values()):
        pointless |= {_on_objection}
    if not agreement.reserved:
        pointless |= {_condition}
    if not agreement.terms:
        pointless |= {_on_term, _exit}
    if agreement.status != AgreementStatus.DRAFTING:
        pointless |= {_make_proposal, _on_term, _open_term, _exit}
    weights = [weight * (0.1 if each in pointless else 1) for each, weight in makers]
    maker = random.choices([each for each, _ in makers], weights)[0]
    return side, seat, maker(world, random, side)


def _some(random: Random, things: Any, otherwise: Any = "00000000-0000-4000-8000-00000000dead") -> Any:
    """One of the things; now and then, or where there are none, something that does not exist."""
    things = list(things)
    return random.choice(things) if things and random.random() > 0.03 else otherwise


def _of(world: World, random: Random, side: int, *, own: bool) -> Any:
    """A proposal's id: mostly a live one of the wanted side."""
    party = world.party(side if own else 1 - side)
    wanted = [each for each in world.agreement.live if world.agreement.proposals[each].party_id == party]
    heads = [each for each in wanted if world.agreement.proposals[each].state != ProposalState.COUNTERED]
    pool = heads if heads and random.random() < 0.8 else wanted
    return _some(random, pool if pool and random.random() < 0.9 else world.agreement.proposals)


def _until(world: World, random: Random) -> str:
    moment = world.now + timedelta(hours=random.choice([-5, 10, 30, 100, 100]))
    return random.choice([moment.isoformat(), moment.date().isoformat()])


def _item(world: World, random: Random) -> Raw:
    terms = list(world.agreement.terms)
    op = random.choices(["add", "revise", "remove", "move"], [4, 10, 1, 2] if terms else [1, 0, 0, 0])[0]
    item: Raw = {"op": op}
    if op != "add":
        item["term_id"] = _some(random, terms)
        if random.random() < 0.2:
            item["base_version"] = random.randrange(3)
    elif random.random() < 0.1:
        item["term_id"] = _some(random, terms)
    if op in ("add", "revise"):
        item["text"] = random.choice(["", "one", "one two", "three"])
        if op == "add" or random.random() < 0.2:
            item["heading"] = random.choice(["1 Price", "2 Hours", "3 Exit"])
        if random.random() < 0.2:
            item["value"] = random.choice(_VALUES[op])
    if op != "remove" and random.random() < 0.3:
        item["after"] = _some(random, [None, *terms])
    return item


_VALUES = {
    "add": [
        {"kind": "money", "amount": "3.10", "currency": "GBP"},
        {"kind": "shares", "shares": [{"label": "L", "number": "45"}, {"label": "T", "number": "55"}]},
        {"kind": "shares", "shares": [{"label": "L", "number": "45"}, {"label": "T", "number": "50"}]},
    ],
}
_VALUES["revise"] = [*_VALUES["add"], {"kind": "none"}]


def _make_proposal(world: World, random: Random, side: int) -> Raw:
    raw: Raw = {"type": "make_proposal", "items": [_item(world, random) for _ in range(random.choice([1, 1, 2, 3]))]}
    chance = random.random()
    if chance < 0.35:
        raw["counters"] = _of(world, random, side, own=False)
    elif chance < 0.5:
        raw["replaces"] = _of(world, random, side, own=True)
    elif chance < 0.53:
        raw["again"] = _some(random, world.agreement.proposals)
    if random.random() < 0.25:
        raw["valid_until"] = _until(world, random)
    if random.random() < 0.2:
        raw["need_ids"] = [_some(random, NEEDS), *random.choice([[], [NEEDS[0]], [WITHDRAWN]])]
    return raw


def _link(world: World, random: Random, side: int) -> Raw:
    term_id = _some(random, world.agreement.terms)
    raw: Raw = {"type": "link_need", "term_id": term_id, "need_id": _some(random, [*NEEDS, *NEEDS, WITHDRAWN])}
    return raw if random.random() < 0.6 else raw | {"on": random.random() < 0.3}


def _fingerprint(world: World, random: Random, proposal_id: str) -> str:
    proposal = world.agreement.proposals.get(proposal_id)  # type: ignore[call-overload]
    return proposal.fingerprint if proposal and random.random() > 0.03 else "0" * 64


def _accept(world: World, random: Random, side: int) -> Raw:
    proposal_id = _of(world, random, side, own=False)
    raw: Raw = {
        "type": "accept_proposal",
        "proposal_id": proposal_id,
        "fingerprint": _fingerprint(world, random, proposal_id),
    }
    if random.random() < 0.15:
        owner = _some(random, [world.party(side), world.party(1 - side)])
        raw["subject_to"] = {"condition": "the board agrees", "owner": owner, "due": _until(world, random)}
    if random.random() < 0.03:
        raw["term_ids"] = [_some(random, world.agreement.terms)]
    return raw


def _accept_several(world: World, random: Random, side: int) -> Raw:
    party = world.party(1 - side)
    live = [each for each in world.agreement.live if world.agreement.proposals[each].party_id == party] or ["x"]
    chosen = random.sample(live, min(len(live), random.choice([1, 2, 3])))
    return {
        "type": "accept_proposals",
        "proposals": [{"proposal_id": each, "fingerprint": _fingerprint(world, random, each)} for each in chosen],
    }


def _end_proposal(world: World, random: Random, side: int) -> Raw:
    if random.random() < 0.6:
        return {"type": "withdraw_proposal", "proposal_id": _of(world, random, side, own=True)}
    proposal_id = _of(world, random, side, own=False)
    on_it = world.agreement.objections_on.get(proposal_id, [])
    return {"type": "decline_proposal", "proposal_id": proposal_id, "objection_ids": on_it[:2]}


def _objection(world: World, random: Random, side: int) -> Raw:
    return {
        "type": "raise_objection",
        "proposal_id": _of(world, random, side, own=False),
        "severity": random.choice([Severity.BLOCKING, Severity.CONCERN]),
        "ground": random.choice([*GROUNDS, "", None]),
        "text": "no",
        "need_id": random.choice([None, None, *NEEDS, WITHDRAWN]),
        "principle_id": random.choice([None, None, PRINCIPLE, NEEDS[0]]),
    }


def _on_objection(world: World, random: Random, side: int) -> Raw:
    standing = [key for key, each in world.agreement.objections.items() if each.state in NOT_ENDED]
    objection_id = _some(random, standing or world.agreement.objections)
    command = random.choices(
        ["answer_objection", "offer_resolution", "confirm_resolution", "decline_resolution", "withdraw_objection"],
        [3, 4, 5, 1, 1],
    )[0]
    more: Raw = {
        "answer_objection": {"text": "because"},
        "offer_resolution": {"kind": random.choice(["revised", "agreed_to_differ", "bridge"]), "text": "so"},
        "decline_resolution": {"reason": "not so"},
    }.get(command, {})
    return {"type": command, "objection_id": objection_id, **more}


def _open_term(world: World, random: Random, side: int) -> Raw:
    return {"type": "open_term", "heading": "4 Audit", "after": _some(random, [None, *world.agreement.terms])}


def _on_term(world: World, random: Random, side: int) -> Raw:
    terms = world.agreement.terms
    term_id = _some(random, [key for key, each in terms.items() if each.status != TermStatus.REMOVED] or terms)
    command = random.choices(
        ["park_term", "agree_parking", "unpark_term", "defer_term", "agree_deferral", "reopen_term", "drop_term"],
        [4, 4, 2, 3, 3, 2, 1],
    )[0]
    asked = [key for key, each in terms.items() if each.parking or each.deferral]
    if command.startswith("agree") and asked:
        term_id = random.choice(asked)
    raw: Raw = {"type": command, "term_id": term_id}
    if command in ("park_term", "defer_term"):
        raw |= {"reason": "later", "until": _until(world, random)}
    if command == "reopen_term":
        raw["reason"] = "new study"
    if random.random() < 0.1:
        raw["base_version"] = random.randrange(3)
    return raw


def _condition(world: World, random: Random, side: int) -> Raw:
    pending = [key for key, each in world.agreement.proposals.items() if each.condition]
    command = random.choice(["fulfil_condition", "confirm_condition"])
    return {"type": command, "proposal_id": _some(random, pending or world.agreement.proposals)}


def _clarify(world: World, random: Random, side: int) -> Raw:
    if random.random() < 0.5:
        return {"type": "ask_clarification", "proposal_id": _some(random, world.agreement.proposals), "text": "?"}
    return {"type": "give_clarification", "question_id": _some(random, world.agreement.questions), "text": "!"}


def _ratify(world: World, random: Random, side: int) -> Raw:
    agreement = world.agreement
    if agreement.status == AgreementStatus.DRAFTING and random.random() < 0.7:
        return _toward_ratification(world, random)
    chance = random.random()
    if chance < 0.75 and agreement.ratification:
        return {"type": "consent", "fingerprint": agreement.ratification.fingerprint}
    if chance < 0.85:
        return {"type": "refuse_consent", "reason": "no"}
    if chance < 0.9:
        return {"type": "withdraw_ratification"}
    if chance < 0.905:
        return {"type": "abandon_agreement", "reason": "over"}
    return {"type": "open_ratification", "valid_until": _until(world, random)}


def _toward_ratification(world: World, random: Random) -> Raw:
    agreement = world.agreement
    undecided = [each for each in agreement.terms_in_order() if each.status == TermStatus.OPEN]
    if agreement.live and random.random() < 0.8:
        return {"type": "withdraw_proposal", "proposal_id": next(iter(agreement.live))}
    if undecided and random.random() < 0.8:
        return {"type": "defer_term", "term_id": undecided[0].term_id, "reason": "later", "until": "2027-01-01"}
    return {"type": "open_ratification"}


def _exit(world: World, random: Random, side: int) -> Raw:
    term_id = _some(random, world.agreement.terms)
    return {"type": "mark_term", "term_id": term_id, "mark": random.choice(list(Mark)), "on": random.random() < 0.9}
