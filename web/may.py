"""Which acts are open to an audience: asked of the domain, never decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from domain import acts
from domain.ids import TermId
from domain.rules import Covered
from domain.words import Mandate, TermStatus
from web.shared import SharedNeed
from web.view import Body, RoomView


@dataclass(frozen=True, slots=True)
class May:
    """What one audience may do. us: its party, None for observers; held: its mandates and what they cover."""

    view: RoomView
    us: str | None
    held: Mapping[Mandate, Covered]
    _asked: dict[tuple[TermId, ...], bool] = field(default_factory=dict)

    def on_offer(self, act: str, proposal: Body) -> bool:
        """Accept, counter, object_to, decline, replace or withdraw."""
        touched = tuple(item["term_id"] for item in proposal["items"])
        words = acts.ProposalWords(
            self.view.status,
            proposal["state"],
            own=proposal["party_id"] == self.us,
            reserved=any(self.view.reserved_by(each) not in (None, proposal["proposal_id"]) for each in touched),
            blocked=proposal["contested"],
        )
        return self._negotiates(touched) and _is_open(act, words)

    def on(self, act: str, term: Body) -> bool:
        """mark, drop, reopen, park, defer, agree_parking, agree_deferral, unpark or propose_on."""
        asked = {"agree_parking": "parking", "agree_deferral": "deferral"}.get(act)
        request = self.view.request(term, asked) if asked else None
        words = acts.TermWords(
            self.view.status,
            term["status"],
            term["version"],
            reserved=self.view.reserved_by(term["term_id"]) is not None,
            mine=term["opener"] == self.us,
            touched=self.view.is_touched(term["term_id"]),
            asked_by_me=None if request is None else request["party_id"] == self.us,
        )
        if act == "propose_on" and not acts.is_open(acts.change_the_text(self.view.status)):
            return False
        return self._negotiates((term["term_id"],)) and _is_open(act, words)

    def add(self) -> bool:
        return self._permits(
            acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True), acts.change_the_text(self.view.status)
        )

    def answer_objection(self, objection: Body) -> bool:
        return self._permits(self._on_objection(objection), acts.answer_objection(objection["state"]))

    def offer_resolution(self, objection: Body) -> bool:
        return self._permits(self._on_objection(objection), acts.offer_resolution(objection["state"]))

    def judge(self, objection: Body) -> bool:
        offer = objection["resolution"]
        return self._permits(
            self._on_objection(objection),
            acts.judge_resolution(
                objection["state"],
                own=objection["party_id"] == self.us,
                offered_by_me=offer is not None and offer["party_id"] == self.us,
            ),
        )

    def withdraw_objection(self, objection: Body) -> bool:
        own = objection["party_id"] == self.us
        return self._permits(self._on_objection(objection), acts.withdraw_objection(objection["state"], own=own))

    def link(self, act: str, term: Body, need: SharedNeed) -> bool:
        """link a need to a term, or unlink it."""
        words = acts.LinkWords(
            self.view.status,
            removed=term["status"] == TermStatus.REMOVED,
            own=need.party_id == self.us,
            taken_off=need.need_id in term["taken_off"],
        )
        return self._negotiates((term["term_id"],)) and _is_open(act, words)

    def ask(self) -> bool:
        return self._permits(acts.ask(self.view.status))

    def clarify(self, question: Body) -> bool:
        return self._permits(acts.clarify(self.view.status, asked_by_me=question["party_id"] == self.us))

    def settle(self, proposal: Body, *, report: bool) -> bool:
        """Report a condition fulfilled (its owner), or confirm it (the other party)."""
        owned = proposal["condition"] is not None and proposal["condition"]["owner"] == self.us
        touched = [item["term_id"] for item in proposal["items"]]
        return self._permits(
            acts.mandate(self.held, Mandate.NEGOTIATOR, touched),
            acts.settle_condition(proposal["state"], mine_to_do=owned == report),
        )

    def open_ratification(self) -> bool:
        """Whether it is this audience's act; what is still in the way is told by view.obstacles."""
        return self._permits(
            acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True), acts.open_ratification(self.view.status)
        )

    def withdraw_ratification(self) -> bool:
        ratification = self.view.header["ratification"]
        mine = ratification is not None and ratification["party_id"] == self.us
        return self._permits(
            acts.mandate(self.held, Mandate.NEGOTIATOR, ()),
            acts.withdraw_ratification(self.view.status, mine=mine, ran_out=False),
        )

    def sign(self) -> bool:
        """Sign or refuse to; whether this member has signed already is told by the refusal."""
        return self._permits(
            acts.mandate(self.held, Mandate.SIGNATORY, ()), acts.refuse_to_sign(self.view.status, ran_out=False)
        )

    def abandon(self) -> bool:
        return self._permits(acts.mandate(self.held, Mandate.SIGNATORY, ()), acts.abandon(self.view.status))

    def _on_objection(self, objection: Body) -> acts.Broken:
        return acts.mandate(self.held, Mandate.NEGOTIATOR, objection["term_ids"])

    def _negotiates(self, touched: tuple[TermId, ...]) -> bool:
        if touched not in self._asked:
            self._asked[touched] = self._permits(acts.mandate(self.held, Mandate.NEGOTIATOR, touched))
        return self._asked[touched]

    def _permits(self, *broken: acts.Broken) -> bool:
        return self.us is not None and all(acts.is_open(guards) for guards in broken)


@lru_cache(4096)
def _is_open(act: str, words: acts.ProposalWords | acts.TermWords | acts.LinkWords) -> bool:
    """Asked again and again with the same few words."""
    return acts.is_open(getattr(acts, act)(words))
