"""The partnership: the relationship between exactly two parties. It owns members and their mandates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain import acts
from domain.command import Command
from domain.commands import GrantMandate, OnMandate, RevokeMandate, refuse_terms_unless_negotiator
from domain.events import Actor
from domain.ids import MemberId, PartnershipId, PartyId, TermId
from domain.partnership_events import (
    MandateGranted,
    MandateRevoked,
    MemberAdmitted,
    PartnershipEvent,
    PartnershipFormed,
)
from domain.refusals import Code, Guards, malformed, refuse
from domain.rules import DECISIONS, Act, Covered, decides, folds
from domain.words import Mandate

MandateGrant = tuple[Mandate, tuple[TermId, ...] | None]


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two organisations."""

    party_id: PartyId
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person, or a program, that acts for one party. mandates: what for, with the terms covered, None for all."""

    member_id: MemberId
    party_id: PartyId
    observer: bool
    mandates: dict[Mandate, Covered] = field(default_factory=dict)


class Partnership(Aggregate):
    """Folds its events into members and mandates, and judges who may change them."""

    TOPIC = "Partnership"
    Event = PartnershipEvent  # type: ignore[assignment]
    Created = PartnershipFormed  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kind = ""
        self.purpose = ""
        self.parties: tuple[Party, ...] = ()
        self.members: dict[MemberId, Member] = {}
        self.known_terms: Mapping[TermId, bool] = {}
        """Every term of the partnership's agreements as of now; True for those that stand in the text."""

    @property
    def partnership_id(self) -> PartnershipId:
        return PartnershipId(str(self.id))

    @classmethod
    def form(
        cls,
        partnership_id: PartnershipId,
        kind: str,
        purpose: str,
        parties: Sequence[tuple[PartyId, str, MemberId]],
        act_at: Any,
        command_id: str,
    ) -> Partnership:
        """Form a partnership; parties: (party_id, name, its first member, who gets every mandate)."""
        partnership = cls._create(
            PartnershipFormed,
            id=UUID(partnership_id),
            timestamp=act_at,
            actor=Actor("party"),
            command_id=command_id,
            partnership_id=partnership_id,
            kind=kind,
            purpose=purpose,
            parties=[{"party_id": party_id, "name": name} for party_id, name, _ in parties],
        )
        for party_id, _, member_id in parties:
            first = Act(party_id, member_id, {}, partnership.version, act_at)
            partnership._acting(first, None, command_id)
            partnership._admit(party_id, member_id, [(mandate, None) for mandate in Mandate])
        return partnership

    def admit(
        self,
        party_id: PartyId,
        member_id: MemberId,
        mandates: Sequence[MandateGrant],
        act: Act,
        command_id: str,
        *,
        observer: bool = False,
        program: bool = False,
    ) -> None:
        """Admit a member of one's own party, with first mandates; an observer has none."""
        if observer and mandates:
            raise malformed("An observer has no mandates.", "Leave the mandates out, or observer.")
        for mandate, term_ids in mandates:
            refuse_terms_unless_negotiator(mandate, term_ids)
        if party_id not in {party.party_id for party in self.parties}:
            refuse(Code.UNKNOWN_REFERENCE, "The partnership has no such party.")
        self.refuse_unknown_terms({term_id for _, term_ids in mandates for term_id in term_ids or ()})
        guards = self._administering(act, party_id)
        guards.settle()
        self._acting(act, self._held(act), command_id)
        self._admit(party_id, member_id, mandates, observer=observer, program=program)

    def execute(self, command: Command, act: Act) -> None:
        """Record what the command brings about, or refuse it and record nothing."""
        self._acting(act, self._held(act), command.command_id)
        DECISIONS[type(command)].judge(self, command, act)

    def member(self, member_id: MemberId) -> Member:
        return self.members.get(member_id) or refuse(Code.UNKNOWN_REFERENCE, "The partnership has no such member.")

    def first_member(self, member_id: MemberId) -> MemberId:
        """The first member of the party that a member acts for."""
        party_id = self.member(member_id).party_id
        return next(each.member_id for each in self.members.values() if each.party_id == party_id)

    def refuse_unknown_terms(self, term_ids: set[TermId]) -> None:
        """Refuse terms that no agreement of the partnership has."""
        if not term_ids <= self.known_terms.keys():
            refuse(Code.UNKNOWN_REFERENCE, "This names a term that none of the partnership's agreements has.")

    def _admit(
        self,
        party_id: PartyId,
        member_id: MemberId,
        mandates: Sequence[MandateGrant],
        *,
        observer: bool = False,
        program: bool = False,
    ) -> None:
        self._record(MemberAdmitted, member_id=member_id, party_id=party_id, observer=observer, program=program)
        for mandate, term_ids in mandates:
            covers = _sum(self.members[member_id].mandates.get(mandate, frozenset()), term_ids)
            self._record(
                MandateGranted, member_id=member_id, mandate=mandate, term_ids=_listed(term_ids), covers=_listed(covers)
            )

    def _administering(self, act: Act, party_id: PartyId) -> Guards:
        return Guards(acts.administer(act.mandates, own_party=party_id == act.party))

    def _held(self, act: Act) -> Mandate | None:
        return next((mandate for mandate in acts.ADMINISTRATORS if mandate in act.mandates), None)

    def _acting(self, act: Act, mandate: Mandate | None, command_id: str) -> None:
        version = act.mandate_version if mandate else None
        self._actor = Actor("party", act.party, act.member, mandate, version)
        self._command_id, self._at = command_id, max(act.at, self.modified_on)

    def _record(self, event_class: type[PartnershipEvent], **data: Any) -> None:
        self.trigger_event(event_class, timestamp=self._at, actor=self._actor, command_id=self._command_id, **data)


@decides(GrantMandate, needs=None)
def grant_mandate(partnership: Partnership, command: GrantMandate, act: Act) -> None:
    held = _judged(partnership, command, act)
    covers = _sum(held, command.term_ids)
    partnership._record(
        MandateGranted,
        member_id=command.member_id,
        mandate=command.mandate,
        term_ids=_listed(command.term_ids),
        covers=_listed(covers),
    )


@decides(RevokeMandate, needs=None)
def revoke_mandate(partnership: Partnership, command: RevokeMandate, act: Act) -> None:
    held = _judged(partnership, command, act)
    if command.mandate not in partnership.members[command.member_id].mandates:
        refuse(Code.NOT_YET_PERMITTED, "The member does not hold this mandate.", "Look at who holds which mandate.")
    kept: frozenset[TermId] = frozenset()
    if command.term_ids is not None:
        standing = frozenset(term_id for term_id, stands in partnership.known_terms.items() if stands)
        kept = (standing if held is None else held) - set(command.term_ids)
    partnership._record(
        MandateRevoked,
        member_id=command.member_id,
        mandate=command.mandate,
        term_ids=_listed(command.term_ids),
        covers=sorted(kept),
    )


def _judged(partnership: Partnership, command: OnMandate, act: Act) -> Covered:
    """The terms that the mandate covers now, nothing when it is not held."""
    member = partnership.member(command.member_id)
    held = member.mandates.get(Mandate(command.mandate), frozenset())
    partnership.refuse_unknown_terms(set(command.term_ids or ()) - (held or frozenset()))
    guards = partnership._administering(act, member.party_id)
    guards.refuse_if(member.observer, Code.INVALID_VALUE, "An observer holds no mandates.")
    guards.settle()
    return held


def _sum(held: Covered, granted: Iterable[TermId] | None) -> Covered:
    """A grant adds terms to terms; naming terms to one who holds all of them limits the mandate to these."""
    if granted is None:
        return None
    return frozenset(granted) | (held or frozenset())


def _listed(term_ids: Iterable[TermId] | None) -> list[TermId] | None:
    return None if term_ids is None else sorted(term_ids)


@folds(PartnershipFormed)
def partnership_formed(partnership: Partnership, event: PartnershipFormed) -> None:
    partnership.kind, partnership.purpose = event.kind, event.purpose
    partnership.parties = tuple(Party(each["party_id"], each["name"]) for each in event.parties)


@folds(MemberAdmitted)
def member_admitted(partnership: Partnership, event: MemberAdmitted) -> None:
    partnership.members[event.member_id] = Member(event.member_id, event.party_id, event.observer)


@folds(MandateGranted, MandateRevoked)
def mandate_changed(partnership: Partnership, event: MandateGranted | MandateRevoked) -> None:
    member = partnership.members[event.member_id]
    mandates = {mandate: covered for mandate, covered in member.mandates.items() if mandate != event.mandate}
    if event.covers is None:
        mandates[Mandate(event.mandate)] = None
    elif event.covers:
        mandates[Mandate(event.mandate)] = frozenset(event.covers)
    partnership.members[event.member_id] = replace(member, mandates=mandates)
