"""Members and mandates: each party decides alone on its own."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from domain.command import read_command
from domain.ids import CommandId, MemberId, PartnershipId, PartyId, TermId
from domain.members import AdmitMember, MandateGrant
from domain.partnership import Partnership
from domain.refusals import Code, Refusal
from domain.rules import Act
from domain.words import Mandate

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
M, C = PartyId("m"), PartyId("c")
SOL, SUE, BEN, EDDA = MemberId("sol"), MemberId("sue"), MemberId("ben"), MemberId("edda")
T1, T2, T3, GONE = TermId("t1"), TermId("t2"), TermId("t3"), TermId("gone")


class House:
    """A partnership of two parties, each with a first member who holds every mandate, and Ben of the first."""

    def __init__(self) -> None:
        self._ids = count(1)
        parties = [(M, "Meridian", SOL), (C, "Castellan", SUE)]
        self.partnership = Partnership.form(PartnershipId(str(UUID(int=1))), "alliance", "", parties, NOW, "c0")
        self.known = {"terms": {T1: True, T2: True, T3: True, GONE: False}}
        self.admit(SOL, BEN)

    def act(self, member_id: MemberId) -> Act:
        member = self.partnership.members[member_id]
        return Act(member.party_id, member_id, dict(member.mandates), self.partnership.version, NOW, self.known)

    def admit(self, by: MemberId, member_id: MemberId, *mandates: MandateGrant, **more: Any) -> None:
        party = more.pop("party", self.partnership.members[by].party_id)
        command = AdmitMember(
            command_id=CommandId("c"), digest="", party_id=party, member_id=member_id, mandates=mandates, **more
        )
        self.partnership.execute(command, self.act(by))

    def do(self, by: MemberId, command: str, **fields: Any) -> None:
        raw = {"command_id": "c", "type": command, **fields}
        self.partnership.execute(read_command(raw, Partnership.commands, lambda: str(next(self._ids))), self.act(by))

    def code(self, by: MemberId, command: str, **fields: Any) -> Code:
        before = self.partnership.version
        with pytest.raises(Refusal) as refused:
            self.do(by, command, **fields)
        assert self.partnership.version == before
        return refused.value.code

    def held(self, member_id: MemberId) -> dict[Mandate, Any]:
        return self.partnership.members[member_id].mandates


@pytest.fixture
def house() -> House:
    return House()


def test_first_members_hold_every_mandate_and_others_what_they_are_admitted_with(house: House) -> None:
    assert house.held(SOL) == house.held(SUE) == dict.fromkeys(Mandate)
    assert house.held(BEN) == {}
    house.admit(SUE, MemberId("cid"), (Mandate.NEGOTIATOR, (T1,)), (Mandate.SIGNATORY, None))
    assert house.held(MemberId("cid")) == {Mandate.NEGOTIATOR: frozenset({T1}), Mandate.SIGNATORY: None}
    assert house.partnership.members[MemberId("cid")].party_id == C


def test_a_signatory_or_a_sponsor_grants_and_revokes(house: House) -> None:
    house.do(SOL, "grant_mandate", member_id=BEN, mandate="sponsor")
    granted = house.partnership.pending_events[-1]
    assert (granted.actor.mandate, granted.actor.mandate_version) == (Mandate.SIGNATORY, house.partnership.version - 1)  # type: ignore[attr-defined]
    house.do(BEN, "grant_mandate", member_id=BEN, mandate="negotiator")
    assert house.held(BEN) == {Mandate.SPONSOR: None, Mandate.NEGOTIATOR: None}
    house.do(BEN, "revoke_mandate", member_id=BEN, mandate="sponsor")
    assert house.code(BEN, "grant_mandate", member_id=BEN, mandate="sponsor") == Code.NOT_AUTHORISED


def test_nobody_administers_the_other_partys_members(house: House) -> None:
    assert house.code(SUE, "grant_mandate", member_id=BEN, mandate="negotiator") == Code.NOT_OWNER
    assert house.code(SUE, "revoke_mandate", member_id=SOL, mandate="sponsor") == Code.NOT_OWNER
    with pytest.raises(Refusal) as refused:
        house.admit(SUE, EDDA, party=M)
    assert refused.value.code == Code.NOT_OWNER
    with pytest.raises(Refusal) as refused:
        house.admit(SUE, EDDA, party=PartyId("nobody"))
    assert refused.value.code == Code.UNKNOWN_REFERENCE


def test_a_grant_without_terms_means_all_and_terms_add_up(house: House) -> None:
    for term_ids, covered in (([T1], {T1}), ([T2], {T1, T2}), (None, None), ([T3], {T3})):
        named = {} if term_ids is None else {"term_ids": term_ids}
        house.do(SOL, "grant_mandate", member_id=BEN, mandate="negotiator", **named)
        assert house.held(BEN)[Mandate.NEGOTIATOR] == (covered if covered is None else frozenset(covered))


def test_revoking_terms_of_a_mandate_for_all_leaves_all_other_terms_of_now(house: House) -> None:
    house.do(SOL, "grant_mandate", member_id=BEN, mandate="negotiator")
    house.do(SOL, "revoke_mandate", member_id=BEN, mandate="negotiator", term_ids=[T2])
    assert house.held(BEN) == {Mandate.NEGOTIATOR: frozenset({T1, T3})}
    house.do(SOL, "revoke_mandate", member_id=BEN, mandate="negotiator", term_ids=[T1, T3])
    assert house.held(BEN) == {}, "revoking the last one revokes the mandate"
    assert house.code(SOL, "revoke_mandate", member_id=BEN, mandate="negotiator") == Code.NOT_YET_PERMITTED
    house.do(SOL, "grant_mandate", member_id=BEN, mandate="negotiator", term_ids=[GONE])
    unknown = {"member_id": BEN, "mandate": "negotiator", "term_ids": ["nowhere"]}
    assert house.code(SOL, "grant_mandate", **unknown) == Code.UNKNOWN_REFERENCE
    assert house.code(SOL, "revoke_mandate", **unknown) == Code.UNKNOWN_REFERENCE


def test_only_a_negotiators_mandate_names_terms(house: House) -> None:
    for mandate in ("contributor", "signatory", "sponsor"):
        fields = {"member_id": BEN, "mandate": mandate, "term_ids": [T1]}
        assert house.code(SOL, "grant_mandate", **fields) == Code.MALFORMED
        assert house.code(SOL, "revoke_mandate", **fields) == Code.MALFORMED
    with pytest.raises(Refusal) as refused:
        house.admit(SOL, EDDA, (Mandate.SIGNATORY, (T1,)))
    assert refused.value.code == Code.MALFORMED


def test_an_observer_holds_no_mandates(house: House) -> None:
    house.admit(SOL, EDDA, observer=True)
    assert house.partnership.members[EDDA].observer
    assert house.code(SOL, "grant_mandate", member_id=EDDA, mandate="negotiator") == Code.INVALID_VALUE
    with pytest.raises(Refusal) as refused:
        house.admit(SOL, MemberId("ines"), (Mandate.NEGOTIATOR, None), observer=True)
    assert refused.value.code == Code.MALFORMED
    assert house.code(SOL, "grant_mandate", member_id="nobody", mandate="negotiator") == Code.UNKNOWN_REFERENCE
