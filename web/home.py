"""The partnership's home, as one audience reads it: what both want, what each needs, trust, agreements, who is who."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson
from markupsafe import Markup

from domain import acts, acts_in_partnership
from domain.acts_in_partnership import ExchangeWords, IntentionWords, NeedWords
from domain.diff import redline
from domain.rules import Covered
from domain.turns import Wait, waits_in_partnership
from domain.words import (
    ADOPTED,
    AgreementStatus,
    ExchangeState,
    IntentionKind,
    IntentionState,
    Mandate,
    NeedState,
    Skill,
    TermStatus,
    TrustCategory,
)
from projections.home import HomePresent
from projections.needs_board import Serving, served_by, with_what_serves
from projections.present import Present
from projections.rows import Row
from web import relationship_words as words
from web.audience import Audience
from web.directory import Directory, Person
from web.outline import Outline
from web.view import Body, RoomView
from web.visible import redlined


class HomeView:
    """The present of one partnership at one moment."""

    def __init__(self, present: HomePresent, now: str, before: HomeView | None = None) -> None:
        """before: what was shown last, of which is taken over what is the same."""
        self.partnership_id, self.height, self.version = present.partnership_id, present.height, present.version
        self.now = now
        self.header = present.header
        self.parties: Sequence[str] = present.header["parties"]
        self._needs, self._intentions = present.needs.copy(), present.intentions.copy()
        self._exchanges, self._statements = present.exchanges.copy(), present.statements.copy()
        known = before.agreements if before else {}
        self.agreements: dict[str, Standing] = {
            key: _same(known.get(key), each) or Standing(RoomView(each, now))
            for key, each in sorted(present.agreements.items())
        }

    @cached_property
    def serving(self) -> Serving:
        """The clauses that serve each need."""
        return served_by((each.view.header, each.linked_terms) for each in self.agreements.values())

    def need(self, need_id: str) -> Body | None:
        row = self._needs.get(need_id)
        return with_what_serves(row.body, self.serving) if row else None

    @cached_property
    def needs(self) -> list[Body]:
        """In the order of their disclosure."""
        return [with_what_serves(each, self.serving) for each in _in_order(self._needs)]

    def intention(self, intention_id: str) -> Body | None:
        row = self._intentions.get(intention_id)
        return row.body if row else None

    @cached_property
    def intentions(self) -> list[Body]:
        """In the order of their proposal."""
        return _in_order(self._intentions)

    @cached_property
    def exchanges(self) -> list[Body]:
        """In the order of their opening."""
        return _in_order(self._exchanges)

    @cached_property
    def statements(self) -> list[Body]:
        """By party, then by category."""
        return _in_order(self._statements)

    @cached_property
    def waiting(self) -> list[Wait]:
        """What of the partnership itself waits for either party."""
        needs = [row.body for row in self._needs.values()]
        return list(waits_in_partnership(self.parties, needs, self.intentions, self.exchanges))

    def waits_for(self, about: str) -> set[str]:
        """The parties that something about a thing waits for."""
        return {each.party_id for each in self.waiting if each.id == about}


def _same(standing: Standing | None, present: Present) -> Standing | None:
    """How an agreement stood, where that is still so: nothing happened, and nothing ends by itself."""
    if standing is None or standing.view.version != present.version:
        return None
    return None if standing.view.next_end(standing.view.term) else standing


def _in_order(rows: Mapping[str, Row]) -> list[Body]:
    return [row.body for row in sorted(rows.values(), key=lambda row: row.sort)]


@dataclass(frozen=True)
class Standing:
    """How an agreement stands, in a line."""

    view: RoomView

    @property
    def agreement_id(self) -> str:
        return self.view.agreement_id

    @property
    def title(self) -> str:
        return str(self.view.header["title"])

    @cached_property
    def outline(self) -> Outline:
        return Outline(self.view)

    def name_of(self, term: Body) -> str:
        """What a clause is called: its heading, with its first words where that is a number alone."""
        if self.outline.title(term) or not term["text"]:
            return str(term["heading"])
        words = " ".join(str(term["text"]).split())
        return f"{term['heading']} {words[:40].rstrip()}…" if len(words) > 40 else f"{term['heading']} {words}"

    @cached_property
    def linked_terms(self) -> list[Body]:
        """The terms that serve a need, in the order of the text."""
        return [each for each in self.view.terms if each["need_ids"]]

    @cached_property
    def unlinked(self) -> list[Body]:
        """The terms with agreed words that serve no stated need; headings without words serve none by themselves."""
        return [
            each
            for each in self.view.terms
            if each["version"] and each["text"] and not each["need_ids"] and each["status"] != TermStatus.REMOVED
        ]

    @cached_property
    def sentence(self) -> str:
        """Its state in words, counted where that says more."""
        agreed, terms = self.view.progress
        match self.view.status:
            case AgreementStatus.DRAFTING if not terms:
                return "nothing on the agenda yet"
            case AgreementStatus.DRAFTING:
                deferred = f", {self.view.deferred} deferred" if self.view.deferred else ""
                return f"{agreed} of {terms} agreed{deferred}"
            case AgreementStatus.RATIFYING:
                return "put to signature"
            case AgreementStatus.IN_FORCE:
                return "in force"
            case _:
                return "abandoned"


class HomeReader:
    """One audience in front of one home. us: its party, None for observers."""

    def __init__(self, view: HomeView, audience: Audience, directory: Directory) -> None:
        self.view, self.audience, self.directory = view, audience, directory
        self.names, self.people = directory.names, directory.people
        self.us = audience.party_id
        self.held: Mapping[Mandate, Covered] = audience.held()
        self.parties = view.parties
        self.partnership_id = view.partnership_id
        self.api = f"api/v1/partnerships/{view.partnership_id}"
        """Where it stands, from the home itself."""

    @property
    def mark(self) -> str:
        return self.audience.mark(self.directory)

    # Who.

    def other(self, party_id: str) -> str:
        first, second = self.parties
        return second if party_id == first else first

    @property
    def them(self) -> str | None:
        return None if self.us is None else self.other(self.us)

    @cached_property
    def sides(self) -> Sequence[str]:
        """The parties, one's own first."""
        return self.parties if self.us is None else (self.us, self.other(self.us))

    def side(self, party_id: str | None) -> str:
        """The colour of a party: the same everywhere."""
        return "a" if party_id == self.parties[0] else "b"

    def party(self, party_id: str | None) -> str:
        return self.names.get(party_id, "")

    def short(self, party_id: str | None) -> str:
        """A party's first word, where that tells the two apart."""
        first_words = [self.party(each).split(" ")[0] for each in self.parties]
        return self.party(party_id).split(" ")[0] if len(set(first_words)) == 2 else self.party(party_id)

    def who(self, body: Body) -> str:
        return f"{self.names.get(body['member_id']) or 'A member'}, {self.short(body['party_id'])}"

    def turn_word(self, party_id: str) -> str:
        return "us" if party_id == self.us else self.short(party_id)

    # Whose turn.

    def turns(self, thing_id: str) -> list[str]:
        """The parties that a thing waits for, one's own first."""
        found = self.view.waits_for(thing_id)
        return [party for party in self.sides if party in found]

    def waiting(self, party_id: str) -> int:
        """How many things wait for a party, an agreement in which something does as one."""
        own = sum(1 for each in self.view.waiting if each.party_id == party_id)
        return own + sum(1 for each in self.view.agreements.values() if each.view.places_waiting(party_id))

    def waits(self, agreement: Standing) -> list[tuple[str, int]]:
        """For whom how many clauses wait in an agreement, one's own party first."""
        found = [(party, agreement.view.places_waiting(party)) for party in self.sides]
        return [(party, count) for party, count in found if count]

    # What may be done.

    @cached_property
    def negotiates(self) -> bool:
        """Whether this audience may act for its party in what is not about terms."""
        return self.us is not None and acts.is_open(acts.mandate(self.held, Mandate.NEGOTIATOR, ()))

    def may_with_need(self, act: str, need: Body) -> bool:
        """restate, judge_restatement or of_ones_own."""
        return self.negotiates and acts.is_open(getattr(acts_in_partnership, act)(self.on_need(need)))

    def on_need(self, need: Body) -> NeedWords:
        """The state words that decide which acts on a need are open."""
        return NeedWords(need["understanding"], own=need["party_id"] == self.us)

    def may_with_intention(self, act: str, intention: Body) -> bool:
        """reword, answer_intention, withdraw_intention, retire or keep."""
        return self.negotiates and acts.is_open(getattr(acts_in_partnership, act)(self.on_intention(intention)))

    def agrees_to_retire(self, intention: Body) -> bool:
        """Whether retiring it would be agreeing to what the other party asked."""
        return self.on_intention(intention).agrees

    def on_intention(self, intention: Body) -> IntentionWords:
        """The state words that decide which acts on an intention are open."""
        asked = intention["retirement"]
        return IntentionWords(
            intention["state"],
            mine=intention["party_id"] == self.us,
            asked_by_me=None if asked is None else asked["party_id"] == self.us,
        )

    def may_with_exchange(self, act: str, exchange: Body) -> bool:
        """seal, take_back or cancel."""
        return self.negotiates and acts.is_open(getattr(acts_in_partnership, act)(self.on_exchange(exchange)))

    def on_exchange(self, exchange: Body) -> ExchangeWords:
        """The state words that decide which acts on an exchange are open."""
        return ExchangeWords(exchange["state"], exchange["cause"], sealed=self.us in exchange["commitments"])

    def reads_own(self, exchange: Body) -> bool:
        """Whether what this audience's party has sealed is shown to it."""
        return self.us is not None and acts_in_partnership.reads_own(self.on_exchange(exchange), self.held)

    def may_answer(self, party_id: str) -> bool:
        """Answer a party's statements on trust."""
        return self.negotiates and acts.is_open(self.answering(party_id))

    def answering(self, party_id: str | None) -> acts.Broken:
        """What stands in the way of answering a party's statements."""
        return acts_in_partnership.answer_statement(revealed=bool(self.view.statements), own=party_id == self.us)

    @property
    def may_reword_statement(self) -> bool:
        """Reword, or add to, what one's own party says of trust."""
        return self.negotiates and acts.is_open(self.rewording_statement())

    def rewording_statement(self) -> acts.Broken:
        """What stands in the way of it."""
        return acts_in_partnership.reword_statement(revealed=bool(self.view.statements))

    @cached_property
    def may_open(self) -> bool:
        """Open an agreement."""
        return self.us is not None and acts.is_open(acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True))

    def may_administer(self, party_id: str) -> bool:
        return acts.is_open(acts.administer(self.held, own_party=self.us == party_id))

    # Needs.

    def needs_of(self, party_id: str) -> list[Body]:
        return [each for each in self.view.needs if each["party_id"] == party_id]

    def need_state(self, need: Body) -> tuple[str, str]:
        """A sign and words for the state of a need."""
        sign, said = words.NEED_STATES[NeedState(need["state"])]
        if need["state"] == NeedState.DISCLOSED and need["correction"]:
            sign, said = words.NOT_QUITE
        return sign, said.format(owner=self.short(need["party_id"]), other=self.short(self.other(need["party_id"])))

    def said_of(self, need: Body) -> str:
        """Stands for the words of a need, and for what the restatement did not get right: whoever writes about them is
        told when they are others."""
        return _stands_for(need["need_id"], need["text"], need["why"], need["correction"])

    def said_back_of(self, need: Body) -> str:
        """Stands for the words in which a need was said back."""
        return f"{need['need_id']}@{need['restatement']['version'] if need['restatement'] else 0}"

    def serving(self, need: Body) -> list[tuple[Standing, Body]]:
        """The clauses that serve a need, each with its agreement."""
        found = []
        for each in need["serves"]:
            standing = self.view.agreements[each["agreement_id"]]
            found.append((standing, standing.view.term[each["term_id"]]))
        return found

    @cached_property
    def unlinked(self) -> list[tuple[Standing, list[Body]]]:
        """The clauses that serve no stated need, by agreement."""
        found = [(each, each.unlinked) for each in self.view.agreements.values()]
        standing = [(each, terms) for each, terms in found if each.view.status != AgreementStatus.ABANDONED]
        return [(each, terms) for each, terms in standing if terms]

    # The shared future.

    @cached_property
    def kinds(self) -> Sequence[IntentionKind]:
        return tuple(IntentionKind)

    def current(self, kind: str) -> list[Body]:
        """The intentions of a kind that are proposed or adopted, the adopted ones first."""
        found = [each for each in self._of_kind(kind) if each["state"] in ADOPTED]
        return found + [each for each in self._of_kind(kind) if each["state"] == IntentionState.PROPOSED]

    def past(self, kind: str) -> list[Body]:
        """Those that are neither any more."""
        here = {IntentionState.PROPOSED, *ADOPTED}
        return [each for each in self._of_kind(kind) if each["state"] not in here]

    def _of_kind(self, kind: str) -> Iterable[Body]:
        return [each for each in self.view.intentions if each["kind"] == kind]

    def adopted(self, kind: str) -> list[Body]:
        return [each for each in self._of_kind(kind) if each["state"] in ADOPTED]

    def replaced(self, intention: Body) -> Body | None:
        """The adopted one in whose place an intention is proposed."""
        found = self.view.intention(intention["replaces"]) if intention["replaces"] else None
        return found if found and found["state"] in ADOPTED else None

    def rewording(self, intention: Body) -> Markup | None:
        """What was changed by the last rewording, or against what it would replace."""
        before = intention["before"]
        if before is None and (replaced := self.replaced(intention)):
            before = replaced["text"]
        return redlined(redline(before, intention["text"])) if before is not None else None

    def history(self, intention: Body) -> list[tuple[str, str, str, str | None]]:
        """What came of an intention: what, by whom, when, and why."""
        return [(words.STEPS[each["type"]], self.who(each), each["at"], each["text"]) for each in intention["history"]]

    # Trust and skills.

    def stated_in(self, statement: Body) -> str:
        """Stands for the words of a trust statement."""
        return f"{statement['party_id']}-{statement['category']}@{statement['version']}"

    def sealed_in(self, exchange: Body) -> str:
        """Stands for whether the other party has sealed: then one's own seal shows both."""
        return f"{exchange['exchange_id']}@{self.them if self.them in exchange['commitments'] else ''}"

    def open_exchange(self, kind: str) -> Body | None:
        found = [each for each in self.view.exchanges if each["kind"] == kind]
        return next((each for each in found if each["state"] == ExchangeState.OPEN), None)

    def last_exchange(self, kind: str, state: str = ExchangeState.REVEALED) -> Body | None:
        """The newest that was revealed."""
        found = [each for each in self.view.exchanges if each["kind"] == kind and each["state"] == state]
        return found[-1] if found else None

    def ended_exchange(self, kind: str) -> Body | None:
        """The newest, where it ended without a reveal."""
        found = [each for each in self.view.exchanges if each["kind"] == kind]
        return found[-1] if found and found[-1]["state"] == ExchangeState.CANCELLED else None

    def statement(self, party_id: str, category: str) -> Body | None:
        found = (each for each in self.view.statements if each["party_id"] == party_id)
        return next((each for each in found if each["category"] == category), None)

    @property
    def categories(self) -> Sequence[TrustCategory]:
        return tuple(TrustCategory)

    @property
    def skills(self) -> Sequence[Skill]:
        return tuple(Skill)

    def skill(self, exchange: Body, party_id: str, skill: str) -> Body | None:
        """What a party said of a skill."""
        answers = exchange["contents"][party_id]["answers"]
        return next((each for each in answers if each["skill"] == skill), None)

    # Who is who.

    def members(self, party_id: str) -> list[Person]:
        return [each for each in self.people if each.party_id == party_id]

    def mandates(self, person: Person) -> list[str]:
        """What a member may do, in words."""
        if person.observer:
            return ["observer: reads everything"]
        found = []
        for mandate, covered in person.mandates:
            terms = "" if covered is None else f" for {', '.join(sorted(map(self._heading, covered)))}"
            found.append(f"{mandate}{terms}")
        return found

    def _heading(self, term_id: str) -> str:
        found = (
            each.view.term[term_id]["heading"] for each in self.view.agreements.values() if term_id in each.view.term
        )
        return next(found, "a term that is gone")


def _stands_for(*said: str | None) -> str:
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]
