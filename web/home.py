"""The partnership's home, as one audience reads it: what both want, what each needs, trust, agreements, who is who."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property

import orjson
from markupsafe import Markup

from domain.diff import redline
from domain.words import (
    ADOPTED,
    AgreementStatus,
    ExchangeState,
    IntentionKind,
    IntentionState,
    Mandate,
    NeedState,
    ShareState,
    Skill,
    TrustCategory,
)
from web import relationship_words as words
from web.audience import Audience
from web.directory import Directory, Person
from web.home_view import HomeView, Standing
from web.may_at_home import MayAtHome
from web.view import Body
from web.visible import redlined
from web.wording import gettext


class HomeReader:
    """One audience in front of one home. us: its party, None for observers."""

    def __init__(self, view: HomeView, audience: Audience, directory: Directory) -> None:
        self.view, self.audience, self.directory = view, audience, directory
        self.names, self.people = directory.names, directory.people
        self.us = audience.party_id
        self.may = MayAtHome(view, self.us, audience.held())
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

    def who(self, body: Body) -> Markup:
        """By whom something was said, and for which party."""
        member = self.names.get(body["member_id"]) or gettext("A member")
        return Markup("{}, {}").format(member, self.short(body["party_id"]))

    def by(self, body: Body) -> Markup:
        """The same in the party's colour."""
        return Markup('<b class="party">{}</b>').format(self.who(body))

    def turn_word(self, party_id: str) -> str:
        return gettext("us") if party_id == self.us else self.short(party_id)

    # Whose turn.

    def turns(self, thing_id: str) -> list[str]:
        """The parties that a thing waits for, one's own first."""
        found = self.view.waits_for(thing_id)
        return [party for party in self.sides if party in found]

    def waiting(self, party_id: str) -> int:
        """How many things wait for a party, an agreement in which something does as one."""
        own = sum(1 for each in self.view.waiting if each.party_id == party_id)
        return own + sum(1 for each in self.view.agreements.values() if each.view.places_waiting(party_id))

    def shares(self, agreement: Standing) -> list[Body]:
        """The links to an agreement that open, or would once it is agreed to."""
        of = (each for each in self.view.shares if each["agreement_id"] == agreement.agreement_id)
        return [each for each in of if each["state"] != ShareState.REVOKED and self.view.now < each["expires_at"]]

    def waits(self, agreement: Standing) -> list[tuple[str, int]]:
        """For whom how many clauses wait in an agreement, one's own party first."""
        found = [(party, agreement.view.places_waiting(party)) for party in self.sides]
        return [(party, count) for party, count in found if count]

    # Needs.

    def needs_of(self, party_id: str) -> list[Body]:
        return [each for each in self.view.needs if each["party_id"] == party_id]

    def need_state(self, need: Body) -> tuple[str, str]:
        """A sign and words for the state of a need."""
        sign, said = words.NEED_STATES[NeedState(need["state"])]
        if need["state"] == NeedState.DISCLOSED and need["correction"]:
            sign, said = words.NOT_QUITE
        owner, other = self.short(need["party_id"]), self.short(self.other(need["party_id"]))
        return sign, gettext(said, owner=owner, other=other)

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
        """What came of an intention: the sentence, by whom, when, and why."""
        return [(words.STEPS[each["type"]], self.who(each), each["at"], each["text"]) for each in intention["history"]]

    def said_before(self, need: Body) -> list[tuple[str, Body]]:
        """All that was said of a need, each with its sentence."""
        return [(words.NEED_STEPS[each["type"]], each) for each in need["history"]]

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

    def revealed_exchange(self, kind: str) -> Body | None:
        """The newest that was revealed."""
        of_kind = (each for each in self.view.exchanges if each["kind"] == kind)
        found = [each for each in of_kind if each["state"] == ExchangeState.REVEALED]
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
            return [gettext("observer: reads everything")]
        found: list[str] = []
        for mandate, covered in person.mandates:
            name = gettext(words.HOLDS[Mandate(mandate)])
            terms = None if covered is None else ", ".join(sorted(map(self._heading, covered)))
            found.append(name if terms is None else gettext("%(mandate)s for %(clauses)s", mandate=name, clauses=terms))
        return found

    def _heading(self, term_id: str) -> str:
        found = (
            each.view.term[term_id]["heading"] for each in self.view.agreements.values() if term_id in each.view.term
        )
        return next(found, gettext("a term that is gone"))


def _stands_for(*said: str | None) -> str:
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]
