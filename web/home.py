"""The partnership's home: its agreements with what waits in each, and each party's members with what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from domain import acts
from domain.ids import MemberId
from domain.partnership import Partnership
from domain.relationship import Member
from domain.words import AgreementStatus, Mandate
from projections.present import Present
from web.directory import Directory
from web.templates import templates
from web.view import RoomView

Body = dict[str, Any]

MANDATES = {
    Mandate.CONTRIBUTOR: "contributor: asks and answers questions",
    Mandate.NEGOTIATOR: "negotiator: proposes, objects, accepts",
    Mandate.SIGNATORY: "signatory: signs the whole text",
    Mandate.SPONSOR: "sponsor: decides what stays contested",
}


class Home:
    """A partnership as one of its members sees it."""

    def __init__(
        self, partnership: Partnership, me: Member, presents: Sequence[Present], directory: Directory, now: str
    ) -> None:
        """presents: of its agreements; now: the moment of looking, as times are written."""
        self.partnership, self.me, self.directory = partnership, me, directory
        self.agreements = [Standing(RoomView(present, now)) for present in presents]

    @property
    def us(self) -> str | None:
        return None if self.me.observer else self.me.party_id

    @property
    def them(self) -> str | None:
        return next((each.party_id for each in self.partnership.parties if self.us not in (None, each.party_id)), None)

    def side(self, party_id: str) -> str:
        return "a" if party_id == self.partnership.parties[0].party_id else "b"

    def members(self, party_id: str) -> list[Member]:
        return [each for each in self.partnership.members.values() if each.party_id == party_id]

    def name(self, member_id: MemberId) -> str:
        return self.directory.names.get(member_id, "A member")

    def waits(self, agreement: Standing) -> list[tuple[str, int]]:
        """For whom how many clauses wait in an agreement, our own party first and called us."""
        parties = sorted(self.partnership.parties, key=lambda party: party.party_id != self.us)
        found = [(party, agreement.view.places_waiting(party.party_id)) for party in parties]
        return [("us" if party.party_id == self.us else party.name, count) for party, count in found if count]

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
        found = (each.view.term[term_id]["heading"] for each in self.agreements if term_id in each.view.term)
        return next(found, "a term that is gone")


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


def home_page(home: Home, base: str) -> str:
    """base: the path under which this member's pages stand."""
    return templates.get_template("home/page.html").render(home=home, base=base, MANDATES=MANDATES)
