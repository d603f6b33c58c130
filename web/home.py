"""The partnership's home: its agreements, and each party's members with what they may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import acts
from domain.ids import MemberId
from domain.partnership import Member, Partnership
from domain.words import Mandate
from web.directory import Directory
from web.templates import templates

Body = dict[str, Any]

MANDATES = {
    Mandate.CONTRIBUTOR: "contributor: asks and answers questions",
    Mandate.NEGOTIATOR: "negotiator: proposes, objects, accepts",
    Mandate.SIGNATORY: "signatory: signs the whole text",
    Mandate.SPONSOR: "sponsor: decides what stays contested",
}


@dataclass(frozen=True, slots=True)
class Home:
    """A partnership as one of its members sees it."""

    partnership: Partnership
    me: Member
    agreements: Sequence[Body]
    directory: Directory
    terms: Mapping[str, Mapping[str, str]]
    """Headings of the terms that a mandate may name, by id, within the titles of their agreements."""

    @property
    def us(self) -> str | None:
        return None if self.me.observer else self.me.party_id

    def side(self, party_id: str) -> str:
        return "a" if party_id == self.partnership.parties[0].party_id else "b"

    def members(self, party_id: str) -> list[Member]:
        return [each for each in self.partnership.members.values() if each.party_id == party_id]

    def name(self, member_id: MemberId) -> str:
        return self.directory.names.get(member_id, "A member")

    def mandates(self, member: Member) -> list[str]:
        """What a member may do, in words."""
        if member.observer:
            return ["observer: reads everything"]
        found = []
        for mandate, covered in member.mandates.items():
            terms = "" if covered is None else f" for {', '.join(sorted(map(self._heading, covered)))}"
            found.append(f"{mandate}{terms}")
        return found

    def may_administer(self, party_id: str) -> bool:
        return acts.is_open(acts.administer(self.me.mandates, own_party=self.us == party_id))

    @property
    def may_open(self) -> bool:
        return acts.is_open(acts.mandate(self.me.mandates, Mandate.NEGOTIATOR, (), whole_text=True))

    def _heading(self, term_id: str) -> str:
        found = (headings[term_id] for headings in self.terms.values() if term_id in headings)
        return next(found, "a term that is gone")


def home_page(home: Home, base: str) -> str:
    """base: the path under which this member's pages stand."""
    return templates.get_template("home/page.html").render(home=home, base=base, MANDATES=MANDATES)
