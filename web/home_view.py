"""A partnership's home at one moment, as everybody sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.turns import Wait, waits_in_partnership
from domain.words import (
    AgreementStatus,
    TermStatus,
)
from projections.home import HomePresent
from projections.needs_board import Serving, served_by, with_what_serves
from projections.present import Present
from projections.rows import Row
from web.outline import Outline
from web.view import Body, RoomView
from web.wording import gettext


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
        self._shares = present.shares.copy()
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
        return list(waits_in_partnership(self.parties, needs, self.intentions, self.exchanges, self.shares, self.now))

    @cached_property
    def shares(self) -> list[Body]:
        """The links by which agreements are shown to outsiders, in the order of their making."""
        return _in_order(self._shares)

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
                return gettext("nothing on the agenda yet")
            case AgreementStatus.DRAFTING if self.view.deferred:
                deferred = self.view.deferred
                return gettext(
                    "%(agreed)s of %(terms)s agreed, %(deferred)s deferred",
                    agreed=agreed,
                    terms=terms,
                    deferred=deferred,
                )
            case AgreementStatus.DRAFTING:
                return gettext("%(agreed)s of %(terms)s agreed", agreed=agreed, terms=terms)
            case AgreementStatus.RATIFYING:
                return gettext("put to signature")
            case AgreementStatus.IN_FORCE:
                return gettext("in force")
            case _:
                return gettext("abandoned")
