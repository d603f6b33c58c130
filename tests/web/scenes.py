"""Negotiations that were brought to a state which random ones seldom reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from domain.words import GROUNDS, RESOLUTION_KINDS
from tests.negotiations import NEEDS, PRINCIPLE, World

VALUES = [
    {"kind": "money", "amount": "3.10", "currency": "GBP"},
    {"kind": "percent", "number": "12.5"},
    {"kind": "number", "number": "1", "unit": "qq"},
    {"kind": "duration", "iso": "P6M"},
    {"kind": "date", "date": "2026-07-01"},
    {"kind": "choice", "choice": "qq", "options": ["qq", "zz"]},
    {"kind": "shares", "shares": [{"label": "qq", "number": "45"}, {"label": "zz", "number": "55"}]},
    {"kind": "parts", "total": "10", "currency": "EUR", "parts": [{"amount": "3"}, {"amount": "3"}, {"amount": "4"}]},
    {"kind": "parts", "total": "10", "parts": [{"amount": "10"}]},
]


class Scene(World):
    """A negotiation in which nothing is refused."""

    def say(self, side: int, command: str, seat: int = 0, **said: Any) -> None:
        refusal = self.do(side, seat, {"type": command, **said})
        assert refusal is None, (command, refusal)

    def offer(self, side: int, *items: dict[str, Any], **said: Any) -> str:
        """The id of a new proposal."""
        self.say(side, "make_proposal", items=list(items), **said)
        return str([*self.agreement.proposals][-1])

    def clause(self, heading: str, text: str = "zz", **more: Any) -> str:
        """The id of a new clause that both agreed to."""
        self.accept(1, self.offer(0, {"op": "add", "heading": heading, "text": text, **more}))
        return self.newest

    def accept(self, side: int, proposal_id: str, **more: Any) -> None:
        fingerprint = self.agreement.proposals[proposal_id].fingerprint  # type: ignore[index]
        self.say(side, "accept_proposal", proposal_id=proposal_id, fingerprint=fingerprint, **more)

    def object(self, side: int, proposal_id: str, severity: str = "blocking", **said: Any) -> str:
        said = {"ground": "cost", "text": "zz", "would_accept": "qq", **said}
        self.say(side, "raise_objection", proposal_id=proposal_id, severity=severity, **said)
        return str([*self.agreement.objections][-1])

    @property
    def newest(self) -> str:
        return str([*self.agreement.terms][-1])

    def put_to_signature(self, **more: Any) -> str:
        term_id = self.clause("1 Zz")
        self.say(0, "mark_term", term_id=term_id, mark="exit", on=True)
        self.say(0, "open_ratification", **more)
        assert self.agreement.ratification
        return str(self.agreement.ratification.fingerprint)


def scenes() -> Iterator[Scene]:
    """Each as it is in the end."""
    for play in SCENES:
        scene = Scene()
        play(scene)
        yield scene


def _offered(scene: Scene) -> None:
    """Offers of every kind on clauses that are agreed, and with every value."""
    scene.say(0, "open_term", heading="1 Zz")
    first = scene.clause("1.1 Zz")
    countered = scene.offer(0, {"op": "add", "heading": "2 Zz", "text": "zz"}, rationale="qq", need_ids=[NEEDS[0]])
    second = scene.newest
    scene.offer(1, {"op": "revise", "term_id": second, "text": "qq"}, counters=countered)
    scene.offer(0, {"op": "move", "term_id": first, "after": None}, valid_until="2026-05-01")
    scene.offer(1, {"op": "remove", "term_id": first})
    for value in VALUES:
        scene.offer(0, {"op": "add", "heading": "3 Zz", "text": "zz", "value": value})
    third = scene.newest
    replaced = scene.offer(1, {"op": "revise", "term_id": third, "text": "zz zz"})
    scene.offer(1, {"op": "revise", "term_id": third, "text": "zz qq"}, replaces=replaced)
    scene.say(0, "open_term", heading="9 Zz")
    scene.say(0, "park_term", term_id=scene.newest, reason="qq", until="2026-05-01")
    scene.say(0, "open_term", heading="10 Zz")
    scene.say(0, "defer_term", term_id=scene.newest, reason="qq", until="2026-05-01")
    scene.say(0, "link_need", term_id=first, need_id=NEEDS[0])
    scene.say(1, "link_need", term_id=first, need_id=NEEDS[1])


def _agreed(scene: Scene) -> None:
    """Every value is agreed, one clause is reopened, others are parked and deferred, and offers became stale."""
    for place, value in enumerate(VALUES):
        scene.clause(f"{place + 1} Zz", value=value)
    first, second, third, *_, last = scene.agreement.terms
    scene.say(0, "reopen_term", term_id=first, reason="qq")
    for side in (0, 1):
        alone = scene.offer(1, {"op": "revise", "term_id": second, "text": "zz qq"})
        scene.offer(1, *({"op": "revise", "term_id": each, "text": "zz qq"} for each in (second, third)))
        other = scene.offer(side, {"op": "revise", "term_id": second, "text": f"qq {side}"})
        scene.object(0, alone, "concern") if side else None
        scene.accept(1 - side, other)
    scene.offer(0, *({"op": "revise", "term_id": each, "text": "qq"} for each in scene.agreement.terms))
    for act, agree in (("park_term", "agree_parking"), ("defer_term", "agree_deferral")):
        scene.say(0, "open_term", heading="12 Zz")
        scene.say(0, act, term_id=scene.newest, reason="qq", until="2026-05-01")
        scene.say(1, agree, term_id=scene.newest)
    scene.say(0, "mark_term", term_id=last, mark="exit", on=True)
    scene.say(0, "mark_term", term_id=last, mark="legal_floor", on=True)


def _argued(scene: Scene) -> None:
    """Objections on every ground, in every state, and questions."""
    two = [{"op": "add", "heading": "1 Zz", "text": "zz"}, {"op": "add", "heading": "2 Zz", "text": "zz"}]
    offer = scene.offer(0, *two, need_ids=[NEEDS[0], NEEDS[1]])
    first, _ = scene.agreement.terms
    for ground in GROUNDS:
        named = {"need": {"need_id": NEEDS[0]}, "principle": {"principle_id": PRINCIPLE}}.get(ground, {})
        scene.object(1, offer, ground=ground, term_ids=[first], **named)
    for _ in range(2):
        scene.say(1, "ask_clarification", proposal_id=offer, text="qq")
    question = next(iter(scene.agreement.questions))
    scene.say(0, "give_clarification", question_id=question, text="zz")
    objections = dict(zip(RESOLUTION_KINDS, scene.agreement.objections, strict=False))
    for kind, each in objections.items():
        scene.say(0, "answer_objection", objection_id=each, text="qq")
        if kind not in ("commitment", "bridge", "sponsor_decision", "external"):
            scene.say(0, "offer_resolution", objection_id=each, kind=kind, text="zz")
    for kind in ("clarified", "agreed_to_differ"):
        scene.say(1, "confirm_resolution", objection_id=objections[kind])
    scene.say(1, "withdraw_objection", objection_id=objections["external"])
    third = scene.offer(0, {"op": "add", "heading": "3 Zz", "text": "zz"})
    scene.object(1, third, "concern")
    scene.accept(1, third)
    fourth = scene.offer(0, {"op": "add", "heading": "4 Zz", "text": "zz"})
    scene.object(1, fourth, "concern")
    fifth = scene.offer(0, {"op": "add", "heading": "5 Zz", "text": "zz"})
    scene.object(1, fifth)
    scene.say(0, "withdraw_proposal", proposal_id=fifth)


def _conditional(scene: Scene) -> None:
    """Conditions that nobody has seen to, and that were reported."""
    for side in (0, 1):
        offer = scene.offer(0, {"op": "add", "heading": "1 Zz", "text": "zz"})
        scene.accept(1, offer, subject_to={"condition": "qq", "owner": scene.party(side), "due": "2026-05-01"})
        scene.say(side, "fulfil_condition", proposal_id=offer, **({"evidence": "zz"} if side else {}))
    offer = scene.offer(0, {"op": "add", "heading": "1 Zz", "text": "zz"})
    scene.accept(1, offer, subject_to={"condition": "qq", "owner": scene.party(1), "due": "2026-05-01"})


def _one_thing_left(scene: Scene) -> None:
    scene.clause("1 Zz")


def _ready(scene: Scene) -> None:
    scene.say(0, "mark_term", term_id=scene.clause("1 Zz"), mark="exit", on=True)


def _put_to_signature(scene: Scene) -> None:
    scene.put_to_signature(valid_until="2026-05-01")


def _half_signed(scene: Scene) -> None:
    scene.say(0, "consent", fingerprint=scene.put_to_signature())


def _in_force(scene: Scene) -> None:
    fingerprint = scene.put_to_signature()
    for side in (0, 1):
        scene.say(side, "consent", fingerprint=fingerprint)


def _refused(scene: Scene) -> None:
    scene.put_to_signature()
    scene.say(1, "refuse_consent", reason="qq")


def _taken_back(scene: Scene) -> None:
    scene.put_to_signature()
    scene.say(0, "withdraw_ratification")


def _ran_out(scene: Scene) -> None:
    scene.put_to_signature(valid_until="2026-05-01")
    scene.wait(days=90)
    scene.say(0, "open_term", heading="2 Zz")


def _abandoned(scene: Scene) -> None:
    scene.clause("1 Zz")
    scene.say(0, "abandon_agreement", reason="qq")


SCENES: list[Callable[[Scene], None]] = [
    _offered, _agreed, _argued, _conditional, _one_thing_left, _ready, _put_to_signature, _half_signed, _in_force,
    _refused, _taken_back, _ran_out, _abandoned,
]  # fmt: skip
