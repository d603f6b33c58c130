"""What the room shows of an agreement, arranged for reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from domain.turns import Wait, waits
from domain.words import LIVE, ProposalState
from projections.present import Present
from projections.rows import Row

Body = dict[str, Any]


@dataclass(frozen=True)
class RoomView:
    """The present of one agreement at one version, in the order in which it is shown."""

    version: int
    header: Body
    terms: list[Body]
    proposals: list[Body]
    objections: list[Body]
    questions: list[Body]

    @classmethod
    def of(cls, present: Present) -> RoomView:
        return cls(
            present.version,
            present.header,
            _in_order(present.terms),
            _in_order(present.proposals),
            _in_order(present.objections),
            _in_order(present.questions),
        )

    @property
    def status(self) -> str:
        """The status of the agreement."""
        return str(self.header["status"])

    @cached_property
    def proposal(self) -> dict[str, Body]:
        return {each["proposal_id"]: each for each in self.proposals}

    @cached_property
    def term(self) -> dict[str, Body]:
        return {each["term_id"]: each for each in self.terms}

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each term stands in the text, from 0."""
        return {each["term_id"]: place for place, each in enumerate(self.terms)}

    @cached_property
    def heads_on(self) -> dict[str, list[Body]]:
        """Heads by the terms that they touch."""
        return _by_term(each for each in self.proposals if each["head"])

    @cached_property
    def stale_on(self) -> dict[str, list[Body]]:
        """Stale proposals that their party has not taken up again, by the terms that they touched."""
        taken_up = {each["replaces"] for each in self.proposals}
        stale = (each for each in self.proposals if each["state"] == ProposalState.STALE)
        return _by_term(each for each in stale if each["proposal_id"] not in taken_up)

    @cached_property
    def touched(self) -> set[str]:
        """Terms that a live proposal touches."""
        return {item["term_id"] for each in self.proposals if each["state"] in LIVE for item in each["items"]}

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
        return list(waits(self.header, self.terms, self.proposals, self.objections, self.questions))

    def waiting_on(self, term: Body) -> set[str]:
        """The parties that something on a term waits for; what is about other terms need not be looked at."""
        term_id = term["term_id"]
        heads = self.heads_on.get(term_id, [])
        objections = [each for head in heads for each in self.objections_on.get(head["proposal_id"], ())]
        found = waits(self.header, [term], heads, objections, self.questions_about.get(term_id, []))
        return {wait.party_id for wait in found if term_id in wait.term_ids}

    @cached_property
    def reserved(self) -> dict[str, str]:
        """Terms that a conditional acceptance holds, and which."""
        return {
            item["term_id"]: each["proposal_id"]
            for each in self.proposals
            if each["condition"]
            for item in each["items"]
        }

    def _is_offered_text(self, term_id: str) -> bool:
        heads = self.heads_on.get(term_id, ())
        return any(item.get("text") for each in heads for item in each["items"] if item["term_id"] == term_id)

    @cached_property
    def progress(self) -> tuple[int, int]:
        """Terms with text that are agreed, of all that have text or an offer of it."""
        with_text = [each for each in self.terms if each["text"] or self._is_offered_text(each["term_id"])]
        agreed = [each for each in with_text if each["status"] in ("provisional", "ratified")]
        return len(agreed), len(with_text)

    @property
    def unsettled(self) -> list[Body]:
        """Terms that keep the text from being put to signature (domain.md, Ratification and end)."""
        return [each for each in self.terms if each["status"] in ("open", "parked")]

    @cached_property
    def without_words(self) -> int:
        """Headings on the agenda that nobody has offered anything on yet, and that still wait for it."""
        return sum(
            1
            for each in self.terms
            if each["status"] == "open" and not each["version"] and not self.heads_on.get(each["term_id"])
        )


def _by_term(proposals: Iterable[Body]) -> dict[str, list[Body]]:
    found: dict[str, list[Body]] = {}
    for each in proposals:
        for item in each["items"]:
            found.setdefault(item["term_id"], []).append(each)
    return found


def _by_named_term(things: Iterable[Body]) -> dict[str, list[Body]]:
    found: dict[str, list[Body]] = {}
    for each in things:
        for term_id in each["term_ids"]:
            found.setdefault(term_id, []).append(each)
    return found


def _in_order(rows: Mapping[str, Row]) -> list[Body]:
    return [row.body for row in sorted(rows.values(), key=lambda row: row.sort)]
