"""Members and their mandates: who may act for a party, and for which terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain import acts
from domain.command import Command
from domain.commands import GrantMandate, OnMandate, RevokeMandate, refuse_terms_unless_negotiator
from domain.ids import MemberId, PartyId, TermId
from domain.partnership_events import MandateGranted, MandateRevoked, MemberAdmitted, PartnershipFormed
from domain.refusals import Code, Guards, malformed, refuse
from domain.relationship import Member, PartnershipState, Party
from domain.rules import Act, Covered, Rules
from domain.words import Mandate

MandateGrant = tuple[Mandate, tuple[TermId, ...] | None]

rules = Rules()


def administrator(act: Act) -> Mandate | None:
    """The mandate under which somebody administers members."""
    return next((mandate for mandate in acts.ADMINISTRATORS if mandate in act.mandates), None)


def administering(act: Act, party_id: PartyId) -> Guards:
    return Guards(acts.administer(act.mandates, own_party=party_id == act.party))


def refuse_unknown_terms(act: Act, term_ids: set[TermId]) -> None:
    """Refuse terms that no agreement of the partnership has."""
    if term_ids and not term_ids <= act.known["terms"].keys():
        refuse(Code.UNKNOWN_REFERENCE, "This names a term that none of the partnership's agreements has.")


@dataclass(frozen=True, kw_only=True)
class AdmitMember(Command):
    """Admit a member of one's own party, with first mandates; an observer has none. It is not sent as a command: the
    door makes it of a request that also has the person's name."""

    TYPE = ""
    party_id: PartyId
    member_id: MemberId
    mandates: Sequence[MandateGrant] = ()
    observer: bool = False
    program: bool = False

    def asks(self) -> tuple[str, ...]:
        return ("terms",) if any(term_ids for _, term_ids in self.mandates) else ()


@rules.decides(AdmitMember, acts.administer, needs=administrator)
def admit_member(partnership: PartnershipState, command: AdmitMember, act: Act) -> None:
    if command.observer and command.mandates:
        raise malformed("An observer has no mandates.", "Leave the mandates out, or observer.")
    for mandate, term_ids in command.mandates:
        refuse_terms_unless_negotiator(mandate, term_ids)
    if command.party_id not in {party.party_id for party in partnership.parties}:
        refuse(Code.UNKNOWN_REFERENCE, "The partnership has no such party.")
    refuse_unknown_terms(act, {term_id for _, term_ids in command.mandates for term_id in term_ids or ()})
    administering(act, command.party_id).settle()
    record_admission(
        partnership,
        command.party_id,
        command.member_id,
        command.mandates,
        observer=command.observer,
        program=command.program,
    )


def record_admission(
    partnership: PartnershipState,
    party_id: PartyId,
    member_id: MemberId,
    mandates: Sequence[MandateGrant],
    *,
    observer: bool = False,
    program: bool = False,
) -> None:
    partnership.record(MemberAdmitted, member_id=member_id, party_id=party_id, observer=observer, program=program)
    for mandate, term_ids in mandates:
        covers = _sum(partnership.members[member_id].mandates.get(mandate, frozenset()), term_ids)
        partnership.record(
            MandateGranted, member_id=member_id, mandate=mandate, term_ids=_listed(term_ids), covers=_listed(covers)
        )


@rules.decides(GrantMandate, acts.administer, needs=administrator)
def grant_mandate(partnership: PartnershipState, command: GrantMandate, act: Act) -> None:
    held = _judged(partnership, command, act)
    covers = _sum(held, command.term_ids)
    partnership.record(
        MandateGranted,
        member_id=command.member_id,
        mandate=command.mandate,
        term_ids=_listed(command.term_ids),
        covers=_listed(covers),
    )


@rules.decides(RevokeMandate, acts.administer, needs=administrator)
def revoke_mandate(partnership: PartnershipState, command: RevokeMandate, act: Act) -> None:
    held = _judged(partnership, command, act)
    if command.mandate not in partnership.members[command.member_id].mandates:
        refuse(Code.NOT_YET_PERMITTED, "The member does not hold this mandate.", "Look at who holds which mandate.")
    kept: frozenset[TermId] = frozenset()
    if command.term_ids is not None:
        standing = frozenset(term_id for term_id, stands in act.known["terms"].items() if stands)
        kept = (standing if held is None else held) - set(command.term_ids)
    partnership.record(
        MandateRevoked,
        member_id=command.member_id,
        mandate=command.mandate,
        term_ids=_listed(command.term_ids),
        covers=sorted(kept),
    )


def _judged(partnership: PartnershipState, command: OnMandate, act: Act) -> Covered:
    """The terms that the mandate covers now, nothing when it is not held."""
    member = partnership.member(command.member_id)
    held = member.mandates.get(Mandate(command.mandate), frozenset())
    refuse_unknown_terms(act, set(command.term_ids or ()) - (held or frozenset()))
    guards = administering(act, member.party_id)
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


@rules.folds(PartnershipFormed)
def partnership_formed(partnership: PartnershipState, event: PartnershipFormed) -> None:
    partnership.partnership_id = event.partnership_id
    partnership.kind, partnership.purpose = event.kind, event.purpose
    partnership.parties = tuple(Party(each["party_id"], each["name"]) for each in event.parties)


@rules.folds(MemberAdmitted)
def member_admitted(partnership: PartnershipState, event: MemberAdmitted) -> None:
    partnership.members[event.member_id] = Member(event.member_id, event.party_id, event.observer)


@rules.folds(MandateGranted, MandateRevoked)
def mandate_changed(partnership: PartnershipState, event: MandateGranted | MandateRevoked) -> None:
    member = partnership.members[event.member_id]
    mandates = {mandate: covered for mandate, covered in member.mandates.items() if mandate != event.mandate}
    if event.covers is None:
        mandates[Mandate(event.mandate)] = None
    elif event.covers:
        mandates[Mandate(event.mandate)] = frozenset(event.covers)
    partnership.members[event.member_id] = replace(member, mandates=mandates)
