"""What the room shows of an agreement, arranged for reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from domain.readiness import Obstacle, OfferState, TermState, obstacles
from domain.turns import Wait, waits
from domain.words import AGREED, LIVE, NOT_ENDED, ProposalState, Severity, TermStatus
from projections.present import Present
from projections.rows import Row

Body = dict[str, Any]


def in_the_way(terms: Iterable[Body], proposals: Iterable[Body], objections: Iterable[Body]) -> list[Obstacle]:
    """What keeps a text from being put to signature."""
    blocking: dict[str, list[str]] = {}
    for each in objections:
        if each["severity"] == Severity.BLOCKING and each["state"] in NOT_ENDED:
            blocking.setdefault(each["proposal_id"], []).append(each["objection_id"])
    offers = (
        OfferState(
            each["proposal_id"],
            each["state"],
            tuple(item["term_id"] for item in each["items"]),
            tuple(blocking.get(each["proposal_id"], ())),
        )
        for each in proposals
    )
    return list(obstacles((TermState(each["term_id"], each["status"], tuple(each["marks"])) for each in terms), offers))


class Bodies(Mapping[str, Body]):
    """The bodies of rows by key."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self._rows = rows

    def __getitem__(self, key: str) -> Body:
        return self._rows[key].body

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def in_order(self) -> list[Body]:
        return [row.body for row in sorted(self._rows.values(), key=lambda row: row.sort)]


class RoomView:
    """The present of one agreement at one version. What concerns one term is looked up for that term alone: a change is
    shown without going through all the others."""

    def __init__(self, present: Present, now: str = "") -> None:
        """now: the moment of looking, as times are written: a request whose date has passed has ended."""
        self.agreement_id, self.now = present.agreement_id, now
        self.version, self.header = present.version, present.header
        self.term, self.proposal = Bodies(present.terms.copy()), Bodies(present.proposals.copy())
        self.objection, self.question = Bodies(present.objections.copy()), Bodies(present.questions.copy())
        self.objections, self.questions = self.objection.in_order(), self.question.in_order()
        self._on = present.proposals.on.copy()
        self._found: dict[str, list[Body]] = {}
        self.compared: dict[tuple[str, str], Any] = {}
        """Comparisons by proposal and term, made once for all audiences (offers.py)."""

    @property
    def status(self) -> str:
        """The status of the agreement."""
        return str(self.header["status"])

    @cached_property
    def terms(self) -> list[Body]:
        """The terms in the order of the text."""
        return self.term.in_order()

    @cached_property
    def proposals(self) -> list[Body]:
        """The proposals in the order of their making."""
        return self.proposal.in_order()

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each term stands in the text, from 0."""
        return {each["term_id"]: place for place, each in enumerate(self.terms)}

    def on(self, term_id: str) -> list[Body]:
        """The proposals that touch a term, in the order of their making."""
        if term_id not in self._found:
            found = [self.proposal[each] for each in self._on.get(term_id, ())]
            self._found[term_id] = sorted(found, key=lambda each: each["version"])
        return self._found[term_id]

    def heads(self, term_id: str) -> list[Body]:
        """The heads that touch a term, in the order of their making."""
        return [each for each in self.on(term_id) if each["head"]]

    def stale(self, term_id: str) -> list[Body]:
        """Stale proposals on a term that their party has not taken up again."""
        found = [each for each in self.on(term_id) if each["state"] == ProposalState.STALE]
        return [each for each in found if each["proposal_id"] not in self._taken_up]

    def is_touched(self, term_id: str) -> bool:
        """Whether a live proposal touches a term."""
        return any(each["state"] in LIVE for each in self.on(term_id))

    def reserved_by(self, term_id: str) -> str | None:
        """The proposal whose conditional acceptance holds a term."""
        return next((str(each["proposal_id"]) for each in self.on(term_id) if each["condition"]), None)

    @cached_property
    def _taken_up(self) -> set[str]:
        return {each["replaces"] for each in self.proposals}

    @cached_property
    def objections_on(self) -> dict[str, list[Body]]:
        """Objections by the proposal that they are on."""
        found: dict[str, list[Body]] = {}
        for each in self.objections:
            found.setdefault(each["proposal_id"], []).append(each)
        return found

    @cached_property
    def objections_about(self) -> dict[str, list[Body]]:
        """Objections by the terms that they are about."""
        return _by_named_term(self.objections)

    @cached_property
    def questions_about(self) -> dict[str, list[Body]]:
        """Questions by the terms that they are about."""
        return _by_named_term(self.questions)

    @cached_property
    def waiting(self) -> list[Wait]:
        """Everything that waits for either party."""
        return list(waits(self.header, self.terms, self.proposals, self.objections, self.questions, self.now))

    def places_waiting(self, party_id: str) -> int:
        """How many clauses wait for a party, and the signature as one more: as many as there are to go to."""
        ours = [wait for wait in self.waiting if wait.party_id == party_id]
        return len({term_id for wait in ours for term_id in wait.term_ids}) + any(not wait.term_ids for wait in ours)

    def next_end(self, term_ids: Iterable[str]) -> str | None:
        """When the next of the requests on some terms ends."""
        terms = [self.term[each] for each in term_ids if each in self.term]
        asked = [self.request(term, kind) for term in terms for kind in ("parking", "deferral")]
        return min((each["until"] for each in asked if each), default=None)

    def request(self, term: Body, kind: str) -> Body | None:
        """What is asked of a term: parking or deferral, while its date has not passed."""
        asked: Body | None = term[kind]
        return asked if asked and asked["until"] > self.now else None

    @cached_property
    def obstacles(self) -> list[Obstacle]:
        """What keeps the text from being put to signature."""
        return in_the_way(self.terms, self.proposals, self.objections)

    @property
    def open_points(self) -> int:
        """How many points are to be settled before the signature: clauses, and the missing exit term as one more."""
        if not self.terms:
            return 0
        return len(self.unsettled) + any(each.about == "exit_term" for each in self.obstacles)

    @cached_property
    def unsettled(self) -> dict[str, list[Obstacle]]:
        """What is in the way by the clause where it stands, in the order of the text."""
        found: dict[str, list[Obstacle]] = {}
        for obstacle in self.obstacles:
            for term_id in obstacle.term_ids:
                if obstacle.about != "exit_term":
                    found.setdefault(term_id, []).append(obstacle)
        return {term_id: found[term_id] for term_id in sorted(found, key=lambda each: self.place.get(each, 0))}

    def waiting_on(self, term: Body) -> set[str]:
        """The parties that something on a term waits for; what is about other terms need not be looked at."""
        term_id = term["term_id"]
        live = [each for each in self.on(term_id) if each["state"] in LIVE]
        objections = [each for offer in live for each in self.objections_on.get(offer["proposal_id"], ())]
        found = waits(self.header, [term], live, objections, self.questions_about.get(term_id, []), self.now)
        return {wait.party_id for wait in found if term_id in wait.term_ids}

    @cached_property
    def progress(self) -> tuple[int, int]:
        """Terms that are agreed, of all that stand in the text: headings too, since each is accepted by itself."""
        agreed = sum(1 for each in self.terms if each["status"] in AGREED)
        return agreed, len(self.terms)

    @cached_property
    def deferred(self) -> int:
        """Terms that are left open at signature."""
        return sum(1 for each in self.terms if each["status"] == TermStatus.DEFERRED)

    @cached_property
    def without_words(self) -> int:
        """Headings on the agenda that nobody has offered anything on yet, and that still wait for it."""
        return sum(
            1
            for each in self.terms
            if each["status"] == "open" and not each["version"] and not self.heads(each["term_id"])
        )


def _by_named_term(things: Iterable[Body]) -> dict[str, list[Body]]:
    found: dict[str, list[Body]] = {}
    for each in things:
        for term_id in each["term_ids"]:
            found.setdefault(term_id, []).append(each)
    return found
