"""What the templates ask about the present, as one audience reads it. Which acts are open is asked of the domain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain import acts
from domain.diff import Run, redline
from domain.rules import Covered
from domain.words import NOT_ENDED, Mandate, Mark, TermStatus
from web.audience import Audience
from web.cast import Cast
from web.view import Body, RoomView

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)*)\.?(?:\s+|$)")
_SIGNS = {
    TermStatus.OPEN: ("○", "Open"),
    TermStatus.PROVISIONAL: ("✓", "Provisionally agreed"),
    TermStatus.RATIFIED: ("✓", "In force"),
    TermStatus.PARKED: ("‖", "Parked"),
    TermStatus.DEFERRED: ("→", "Deferred"),
}


@dataclass(slots=True)
class Section:
    """A part of the outline: the term that heads it, if any, and the clauses below."""

    head: Body | None
    clauses: list[Body] = field(default_factory=list)


class Reader:
    """One audience in front of one present. us: its party, None for observers."""

    def __init__(self, view: RoomView, audience: Audience, cast: Cast) -> None:
        self.view, self.audience, self.names, self.people = view, audience, cast.names, cast.people
        self.us = audience.party_id
        self.held: Mapping[Mandate, Covered] = audience.held()
        self.status = view.header["status"]
        self.parties: Sequence[str] = view.header["parties"]
        self.agreement_id = view.header["agreement_id"]
        self.here = f"../agreements/{self.agreement_id}"
        """Where its pages stand, from any page one step below a member's own address: the same for a whole audience."""

    # Who.

    @property
    def them(self) -> str | None:
        """The other party, None for observers."""
        return None if self.us is None else self.other(self.us)

    def other(self, party_id: str) -> str:
        first, second = self.parties
        return second if party_id == first else first

    def side(self, party_id: str | None) -> str:
        """The colour of a party: the same everywhere."""
        return "a" if party_id == self.parties[0] else "b"

    def party(self, party_id: str | None) -> str:
        return self.names.get(party_id, "")

    def short(self, party_id: str | None) -> str:
        """A party's first word, where that tells the two apart."""
        first_words = [self.party(each).split(" ")[0] for each in self.parties]
        return self.party(party_id).split(" ")[0] if len(set(first_words)) == 2 else self.party(party_id)

    def member(self, body: Body) -> str:
        return self.names.get(body["member_id"]) or "A member"

    def who(self, body: Body) -> str:
        return f"{self.member(body)}, {self.short(body['party_id'])}"

    # Where: numbers, sections and the outline.

    def number(self, term: Body) -> str:
        """The number that a heading begins with, empty when there is none."""
        found = _NUMBER.match(term["heading"])
        return found[1] if found else ""

    def title(self, term: Body) -> str:
        """The heading without its number."""
        found = _NUMBER.match(term["heading"])
        return str(term["heading"][found.end() :]) if found else str(term["heading"])

    def depth(self, term: Body) -> int:
        return self.number(term).count(".") + 1

    def heads_section(self, term: Body) -> bool:
        """Whether the next term is numbered below this one, which has no text of its own."""
        place, number = self.view.place[term["term_id"]], self.number(term)
        if not number or term["text"] or place + 1 == len(self.view.terms):
            return False
        return self.number(self.view.terms[place + 1]).startswith(f"{number}.")

    @property
    def sections(self) -> list[Section]:
        """The outline: clauses under the headings that they stand below."""
        found = [Section(None)]
        for term in self.view.terms:
            if self.heads_section(term):
                found.append(Section(term))
            else:
                found[-1].clauses.append(term)
        return [section for section in found if section.head or section.clauses]

    def heading_of(self, term_id: str) -> str:
        term = self.view.term.get(term_id)
        return str(term["heading"]) if term else "a clause that is gone"

    # How it stands.

    def is_contested(self, term: Body) -> bool:
        return any(each["contested"] for each in self.heads(term))

    def sign(self, term: Body) -> str:
        return "◆" if self.is_contested(term) else _SIGNS[term["status"]][0]

    def state(self, term: Body) -> str:
        """The state as a class name: contested, or the term's status."""
        return "contested" if self.is_contested(term) else str(term["status"])

    def word(self, term: Body) -> str:
        """The state in words."""
        return "Contested" if self.is_contested(term) else _SIGNS[term["status"]][1]

    def turns(self, term: Body) -> list[str]:
        """The parties that something on a term waits for, our own first."""
        return sorted(self.view.waiting_on.get(term["term_id"], ()), key=lambda party: party != self.us)

    def turn_word(self, party_id: str) -> str:
        return "us" if party_id == self.us else self.short(party_id)

    def waiting(self, party_id: str) -> int:
        return sum(1 for wait in self.view.waiting if wait.party_id == party_id)

    # What is proposed.

    def heads(self, term: Body) -> list[Body]:
        """Heads that touch a term, in the order of their making."""
        return self.view.heads_on.get(term["term_id"], [])

    def stale(self, term: Body) -> list[Body]:
        """Own stale proposals on a term that were not made again."""
        found = self.view.stale_on.get(term["term_id"], [])
        return [each for each in found if self.may("replace", each)]

    def item(self, proposal: Body, term: Body) -> Body:
        return next(each for each in proposal["items"] if each["term_id"] == term["term_id"])

    def offered(self, proposal: Body, term: Body, what: str) -> Any:
        """What a proposal makes of a term's heading, text or value."""
        item = self.item(proposal, term)
        if item.get(what) == {"kind": "none"}:
            return None
        return item.get(what, term[what])

    def compared_with(self, proposal: Body, term: Body) -> str:
        """What the redline is against: "agreed", "answered", or nothing, when the offer is shown clean."""
        if term["version"] > 0:
            return "agreed"
        return "answered" if self._answered(proposal, term) else ""

    def text_runs(self, proposal: Body, term: Body) -> list[Run]:
        """The redline of the text that a proposal makes of a term's."""
        offered = str(self.offered(proposal, term, "text"))
        return redline(self._base(proposal, term, "text", offered), offered)

    def heading_runs(self, proposal: Body, term: Body) -> list[Run]:
        """The redline of the heading, empty when it stays."""
        offered = str(self.offered(proposal, term, "heading"))
        base = self._base(proposal, term, "heading", offered)
        return redline(base, offered) if base != offered else []

    def value_change(self, proposal: Body, term: Body) -> tuple[Body | None, Body | None] | None:
        """The value before and after, None when there is none on either side."""
        offered = self.offered(proposal, term, "value")
        base = self._base(proposal, term, "value", None)
        return (base, offered) if base or offered else None

    def moved_after(self, proposal: Body, term: Body) -> str | None:
        """The heading after which a proposal would put a standing term, None when it stays."""
        item = self.item(proposal, term)
        if item["op"] not in ("move", "revise") or (item["op"] == "revise" and "after" not in item):
            return None
        if "after" in item:
            return "at the beginning" if item["after"] is None else f"after “{self.heading_of(item['after'])}”"
        return "at the end"

    def _base(self, proposal: Body, term: Body, what: str, otherwise: Any) -> Any:
        if term["version"] > 0:
            return term[what]
        if answered := self._answered(proposal, term):
            return self.item(answered, term).get(what, "" if what == "text" else term[what])
        return otherwise

    def _answered(self, proposal: Body, term: Body) -> Body | None:
        earlier = self.view.proposal.get(proposal["counters"] or proposal["replaces"])
        while earlier and all(each["term_id"] != term["term_id"] for each in earlier["items"]):
            earlier = self.view.proposal.get(earlier["counters"] or earlier["replaces"])
        return earlier

    def answers(self, proposal: Body) -> Body | None:
        """The offer that a proposal answers or replaces."""
        return self.view.proposal.get(proposal["counters"] or proposal["replaces"])

    def others_in_package(self, proposal: Body, term: Body) -> list[str]:
        """The other terms of a package."""
        return [each["term_id"] for each in proposal["items"] if each["term_id"] != term["term_id"]]

    # The argument.

    def argument(self, term: Body) -> list[Body]:
        """The objections about a term, in the order of their raising."""
        return self.view.objections_about.get(term["term_id"], [])

    def standing(self, objections: Sequence[Body]) -> int:
        return sum(1 for each in objections if each["state"] in NOT_ENDED)

    def questions(self, term: Body) -> list[Body]:
        """The questions on offers that touch a term, in the order of their asking."""
        return self.view.questions_about.get(term["term_id"], [])

    def own_objections(self, proposal: Body) -> list[Body]:
        """What a refusal of a proposal may cite."""
        on_it = self.view.objections_on.get(proposal["proposal_id"], [])
        return [each for each in on_it if each["party_id"] == self.us and each["state"] in NOT_ENDED]

    # Which acts are open: asked of the domain, never decided here.

    def may(self, act: str, proposal: Body) -> bool:
        """Accept, counter, object_to, decline, replace or withdraw."""
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

    def may_on(self, act: str, term: Body) -> bool:
        """mark, drop, reopen, park, defer, agree_parking, agree_deferral, unpark or propose_on."""
        request = {"agree_parking": term["parking"], "agree_deferral": term["deferral"]}.get(act)
        words = acts.TermWords(
            self.status,
            term["status"],
            term["version"],
            reserved=term["term_id"] in self.view.reserved,
            mine=term["opener"] == self.us,
            touched=term["term_id"] in self.view.touched,
            asked_by_me=None if request is None else request["party_id"] == self.us,
        )
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, [term["term_id"]]),
            acts.change_the_text(self.status) if act == "propose_on" else iter(()),
            getattr(acts, act)(words),
        )

    def may_add(self) -> bool:
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True), acts.change_the_text(self.status)
        )

    def may_answer(self, objection: Body) -> bool:
        return self._open(self._on_objection(objection), acts.answer_objection(objection["state"]))

    def may_offer(self, objection: Body) -> bool:
        return self._open(self._on_objection(objection), acts.offer_resolution(objection["state"]))

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
        return self._open(acts.ask(self.status))

    def may_clarify(self, question: Body) -> bool:
        return question["party_id"] != self.us and self.may_ask()

    def may_settle(self, proposal: Body, *, report: bool) -> bool:
        """Report a condition fulfilled (its owner), or confirm it (the other party)."""
        owned = proposal["condition"] is not None and proposal["condition"]["owner"] == self.us
        touched = [item["term_id"] for item in proposal["items"]]
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, touched),
            acts.settle_condition(proposal["state"], mine_to_do=owned == report),
        )

    def may_open_ratification(self) -> bool:
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True), acts.open_ratification(self.status)
        )

    def may_withdraw_ratification(self) -> bool:
        ratification = self.view.header["ratification"]
        mine = ratification is not None and ratification["party_id"] == self.us
        return self._open(
            acts.mandate(self.held, Mandate.NEGOTIATOR, ()),
            acts.withdraw_ratification(self.status, mine=mine, ran_out=False),
        )

    def may_sign(self) -> bool:
        """Sign or refuse to; whether this member has signed already is told by the refusal."""
        return self._open(
            acts.mandate(self.held, Mandate.SIGNATORY, ()), acts.refuse_to_sign(self.status, ran_out=False)
        )

    def signed(self, party_id: str) -> list[Body]:
        """The consents of a party to the text that is put to signature."""
        return [each for each in self.view.header["ratification"]["consents"] if each["party_id"] == party_id]

    def may_abandon(self) -> bool:
        return self._open(acts.mandate(self.held, Mandate.SIGNATORY, ()), acts.abandon(self.status))

    def binding_mandate(self) -> str:
        """By what the reader binds its party, in words."""
        covered = self.held.get(Mandate.NEGOTIATOR)
        if covered is None:
            return "as its negotiator for the whole text"
        numbers = [self.number(term) or term["heading"] for term in self.view.terms if term["term_id"] in covered]
        return f"as its negotiator for {', '.join(numbers)}"

    def acceptable(self) -> Iterator[Body]:
        """Proposals that wait for us and that we may accept as they are."""
        waiting = {wait.id for wait in self.view.waiting if wait.party_id == self.us and wait.about == "proposal"}
        return (each for each in self.view.proposals if each["proposal_id"] in waiting and self.may("accept", each))

    def _on_objection(self, objection: Body) -> acts.Broken:
        return acts.mandate(self.held, Mandate.NEGOTIATOR, objection["term_ids"])

    def _open(self, *broken: acts.Broken) -> bool:
        return self.us is not None and not any(True for guards in broken for _ in guards)


MARKS = {Mark.EXIT: "exit term", Mark.LEGAL_FLOOR: "legal floor"}
