"""Renders what changed, once for each audience. The first page load and the live update use the same templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from domain import acts
from domain.diff import Op, redline
from domain.rules import Covered
from domain.words import GROUNDS, RESOLUTION_KINDS, Mandate
from projections.rows import Row
from projections.tables import proposals, terms
from web.audience import Audience
from web.templates import templates
from web.view import Body, RoomView

Names = Mapping[str | None, str]
Changed = Mapping[str, Mapping[str, Row | None]]


def room_page(view: RoomView, audience: Audience, names: Names, base: str) -> str:
    """The whole room. base: the path under which this member's pages stand."""
    return templates.get_template("room.html").render(base=base, **_context(view, audience, names))


def fragments_of(view: RoomView, audience: Audience, names: Names, changed: Changed | None) -> Sequence[str]:
    """The regions of the page that a change touches, as one frame, and the version they show as another.

    changed: the changed rows by table and key; None for everything.
    """
    context = _context(view, audience, names)
    template = templates.get_template("update.html")
    touched = None if changed is None else _touched_terms(view, changed)
    if touched is None:
        rendered = template.render(whole_text=True, touched=[], **context)
    else:
        rendered = template.render(whole_text=False, touched=[view.term[each] for each in touched], **context)
    return [rendered, orjson.dumps({"type": "shown", "version": view.version}).decode()]


def _touched_terms(view: RoomView, changed: Changed) -> set[str] | None:
    """Terms whose articles change; None when terms came, went or moved, so that the whole text is shown anew.

    With an objection or a question its proposal's row changes too.
    """
    if changed.get(terms.name):
        return None
    offers = [row.body for row in changed.get(proposals.name, {}).values() if row]
    return {item["term_id"] for offer in offers for item in offer["items"]} & view.term.keys()


def _context(view: RoomView, audience: Audience, names: Names) -> dict[str, Any]:
    room = _Room(view, audience, names)
    return {
        "room": room,
        "view": view,
        "names": names,
        "Op": Op,
        "grounds": GROUNDS,
        "kinds": [
            each for each in RESOLUTION_KINDS if each not in ("commitment", "bridge", "sponsor_decision", "external")
        ],
    }


class _Room:
    """What the templates ask about the view for one audience."""

    def __init__(self, view: RoomView, audience: Audience, names: Names) -> None:
        self.view, self.audience, self.names = view, audience, names
        self.us = audience.party_id
        self.held: Mapping[Mandate, Covered] = audience.held()
        self.status = view.header["status"]

    @property
    def them(self) -> str:
        first, second = self.view.header["parties"]
        return str(second if self.us == first else first)

    def side(self, party_id: str | None) -> str:
        """The colour of a party: the same everywhere."""
        return "a" if party_id == self.view.header["parties"][0] else "b"

    def who(self, body: Body) -> str:
        member = self.names.get(body["member_id"]) or "A member"
        return f"{member}, {self.names.get(body['party_id'], '')}"

    def waiting(self, party_id: str) -> int:
        return sum(1 for wait in self.view.waiting if wait.party_id == party_id)

    def waits_for(self, term_id: str) -> list[str]:
        return sorted(self.view.waiting_on.get(term_id, ()), key=lambda party: party != self.us)

    def runs(self, proposal: Body, term: Body) -> list[Any]:
        """The redline of what a proposal makes of a term's text, against the last agreed or the offer it answers."""
        return redline(self.compared_text(proposal, term), self.offered(proposal, term, "text"))

    def offered(self, proposal: Body, term: Body, field: str) -> Any:
        item = self.item(proposal, term)
        if item["op"] == "remove":
            return ""
        return item.get(field, term[field])

    def item(self, proposal: Body, term: Body) -> Body:
        return next(each for each in proposal["items"] if each["term_id"] == term["term_id"])

    def compared(self, proposal: Body, term: Body) -> str:
        """What a redline is compared with: the last agreed text, the answered offer, or nothing."""
        if term["version"] > 0:
            return "the last agreed text"
        return "the offer it answers" if self._answered(proposal, term) else ""

    def compared_text(self, proposal: Body, term: Body) -> str:
        if term["version"] > 0:
            return str(term["text"])
        answered = self._answered(proposal, term)
        text = self.item(answered, term).get("text", "") if answered else self.offered(proposal, term, "text")
        return str(text)

    def _answered(self, proposal: Body, term: Body) -> Body | None:
        earlier = self.view.proposal.get(proposal["counters"] or proposal["replaces"])
        while earlier and all(each["term_id"] != term["term_id"] for each in earlier["items"]):
            earlier = self.view.proposal.get(earlier["counters"] or earlier["replaces"])
        return earlier

    def objections(self, proposal: Body) -> list[Body]:
        return self.view.objections_on.get(proposal["proposal_id"], [])

    def argument(self, term: Body) -> list[Body]:
        """Every objection that is about a term, in the order of raising."""
        return [each for each in self.view.objections if term["term_id"] in each["term_ids"]]

    def questions(self, proposal: Body) -> list[Body]:
        return self.view.questions_on.get(proposal["proposal_id"], [])

    # Which acts are open: asked of the domain, never decided here.

    def may(self, act: str, proposal: Body) -> bool:
        touched = [item["term_id"] for item in proposal["items"]]
        words = acts.ProposalWords(
            self.status,
            proposal["state"],
            own=proposal["party_id"] == self.us,
            reserved=any(
                self.view.reserved.get(each, proposal["proposal_id"]) != proposal["proposal_id"] for each in touched
            ),
            blocked=proposal["contested"],
        )
        return self._open(acts.mandate(self.held, Mandate.NEGOTIATOR, touched), getattr(acts, act)(words))

    def may_propose(self, term: Body) -> bool:
        words = acts.TermWords(self.status, term["status"])
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, [term["term_id"]]),
            acts.change_the_text(self.status),
            acts.propose_on(words),
        )

    def may_add(self) -> bool:
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True), acts.change_the_text(self.status)
        )

    def may_mark(self, term: Body) -> bool:
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, [term["term_id"]]),
            acts.mark(acts.TermWords(self.status, term["status"])),
        )

    def may_answer(self, objection: Body) -> bool:
        return self._open(self._on_objection(objection), acts.answer_objection(objection["state"]))

    def may_judge(self, objection: Body) -> bool:
        offer = objection["resolution"]
        return self._open(
            self._on_objection(objection),
            acts.judge_resolution(
                objection["state"],
                own=objection["party_id"] == self.us,
                offered_by_me=offer is not None and offer["party_id"] == self.us,
            ),
        )

    def may_withdraw_objection(self, objection: Body) -> bool:
        own = objection["party_id"] == self.us
        return self._open(self._on_objection(objection), acts.withdraw_objection(objection["state"], own=own))

    def may_ask(self) -> bool:
        return self.us is not None and self._open(acts.ask(self.status))

    def may_sign(self) -> bool:
        return self._open(
            acts.mandate(self.held, Mandate.SIGNATORY, ()), acts.refuse_to_sign(self.status, ran_out=False)
        )

    def may_open_ratification(self) -> bool:
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True), acts.open_ratification(self.status)
        )

    def _on_objection(self, objection: Body) -> acts.Broken:
        return acts.mandate(self.held, Mandate.NEGOTIATOR, objection["term_ids"])

    def _open(self, *broken: acts.Broken) -> bool:
        return self.us is not None and not any(True for guards in broken for _ in guards)
