"""Forming partnerships, admitting members, opening agreements: what the API, the pages, the demo and the CLI share."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.agreement import Agreement
from domain.fields import Flag, ListOf, Object, Reference, Text, Whole, Word
from domain.ids import AgreementId, CommandId, MemberId, PartnershipId, PartyId
from domain.members import AdmitMember, MandateGrant
from domain.partnership import Partnership
from domain.refusals import Code, malformed
from domain.words import PARTNERSHIP_KINDS, Mandate
from server.deciding.workspace import Founded
from server.doors import imports
from server.node import Node
from server.people.identity import fresh_secret, invitation_row, person, token_row
from server.seat import Seat
from server.sources import new_id
from server.texts.draft import Draft


class _MandateField(Word):
    """A mandate's word, or {mandate, term_ids}."""

    _named = Object({"mandate": Word(*Mandate), "term_ids": ListOf(Reference(), at_least=1, distinct=True)})

    def read(self, raw: Any, name: str) -> Any:
        if isinstance(raw, dict):
            named = self._named.read(raw, name)
            return (Mandate(named["mandate"]), named["term_ids"])
        return (Mandate(super().read(raw, name)), None)

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [super().schema(), self._named.schema()]}


class EmailAddress(Text):
    """Something@somewhere without spaces, as an SMTP envelope takes it (RFC 5321, 4.5.3.1: at most 254 bytes)."""

    def __init__(self, *, allow_empty: bool = False) -> None:
        super().__init__(254, allow_empty=allow_empty, description="An e-mail address.")

    def read(self, raw: Any, name: str) -> str:
        address = super().read(raw, name).strip()
        if address and not _ADDRESS.fullmatch(address):
            raise malformed(f"{name} is no e-mail address.", "Write it like name@example.org.")
        return address


_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[^\s@<>(),:;\"\\\[\]]+")

FORM = Object(
    {
        "kind": Word(*PARTNERSHIP_KINDS),
        "purpose": Text(allow_empty=True),
        "parties": ListOf(Object({"name": Text()}), at_least=2),
    }
)
ADMIT = Object(
    {
        "party_id": Reference(),
        "name": Text(),
        "email": EmailAddress(),
        "mandates": ListOf(_MandateField(*Mandate)),
        "observer": Flag(),
        "program": Flag(),
    },
    optional=("email", "mandates", "observer", "program"),
)
OPEN = Object(
    {
        "title": Text(),
        **imports.WORDS,
        "signatures": Whole(1, below=Code.INVALID_VALUE),
        "command_id": Text(128, description="The same again opens nothing twice."),
    },
    optional=(*imports.WORDS, "signatures", "command_id"),
)


@dataclass(frozen=True, slots=True)
class First:
    """The first member of a party, who holds every mandate."""

    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Formed:
    """A new partnership: its parties by name, and by party its first member, with a token or an invitation's secret."""

    partnership_id: PartnershipId
    parties: list[dict[str, str]]
    seats: dict[str, Seat]
    tokens: dict[str, str]
    invitations: dict[str, str]


async def form(node: Node, kind: str, purpose: str, names: Sequence[str], people: Sequence[First] = ()) -> Formed:
    """Form a partnership of two parties, each with one first member who holds every mandate.

    people: the persons that the first members are, who are invited; without them the first members are programs.
    """
    if len(names) != 2:
        raise malformed("A partnership has exactly two parties.")
    partnership_id = PartnershipId(new_id())
    parties = [(PartyId(new_id()), name, MemberId(new_id())) for name in names]
    now = node.clock()
    partnership = Partnership.form(partnership_id, kind, purpose, parties, now, new_id())
    seats = {party_id: Seat(member_id, partnership_id) for party_id, _, member_id in parties}
    tokens: dict[str, str] = {} if people else {party_id: fresh_secret() for party_id in seats}
    invitations: dict[str, str] = {party_id: fresh_secret() for party_id in seats} if people else {}
    firsts = people or [First(name) for name in names]
    rows = [
        person(seat.member_id, partnership_id, first.name, first.email)
        for seat, first in zip(seats.values(), firsts, strict=True)
    ]
    rows += [token_row(token, seats[PartyId(party_id)], now, until_entry=True) for party_id, token in tokens.items()]
    rows += [
        invitation_row(secret, seats[PartyId(party_id)], now, timedelta(days=node.settings.invitation_days))
        for party_id, secret in invitations.items()
    ]
    await node.workspace.found(partnership_id, partnership, rows)
    named = [{"party_id": str(party_id), "name": name} for party_id, name, _ in parties]
    return Formed(partnership_id, named, {str(key): seat for key, seat in seats.items()}, tokens, invitations)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A new member, with the secret of its invitation and, for a program, a token."""

    seat: Seat
    invitation: str
    token: str | None


async def admit(
    node: Node,
    by: Seat,
    *,
    party_id: str,
    name: str,
    email: str | None = None,
    mandates: Sequence[MandateGrant] = (),
    observer: bool = False,
    program: bool = False,
) -> Admitted:
    """Admit a member of the sender's own party."""
    seat = Seat(MemberId(new_id()), by.partnership_id)
    invitation, token = fresh_secret(), fresh_secret() if program else None
    now = node.clock()
    rows = [
        person(seat.member_id, seat.partnership_id, name, email),
        invitation_row(invitation, seat, now, timedelta(days=node.settings.invitation_days)),
    ]
    if token:
        rows.append(token_row(token, seat, now))

    command = AdmitMember(
        command_id=CommandId(new_id()),
        digest="",
        party_id=PartyId(party_id),
        member_id=seat.member_id,
        mandates=mandates,
        observer=observer,
        program=program,
    )
    await node.workspace.take(Partnership.KIND, by, by.partnership_id, command, rows)
    return Admitted(seat, invitation, token)


async def open_agreement(
    node: Node,
    by: Seat,
    title: str,
    text: Draft | None = None,
    signatures: int = 1,
    first: Founded | None = None,
) -> tuple[AgreementId, bool]:
    """Open an agreement; with a text, all of it is proposed by the sender's party in the same commit. first: the
    sender's command; the same again comes to the agreement that was opened then. Also whether it was the first time."""
    if not title.strip():
        raise malformed("An agreement needs a title that can be read.", "Write its title.")
    agreement_id = AgreementId(str(uuid5(UUID(by.member_id), first.command_id)) if first else new_id())
    if first and await node.workspace.is_founded(agreement_id, first):
        return agreement_id, False
    act = await node.workspace.act_of(by)
    partnership = node.workspace.partnership(by.partnership_id)
    parties = [party.party_id for party in partnership.parties]
    agreement = Agreement.open(agreement_id, by.partnership_id, parties, title, signatures, act, new_id())
    if text:
        await asyncio.to_thread(lambda: agreement.execute(imports.proposing(text, new_id(), ""), act))
    recorded = await node.workspace.found(agreement.agreement_id, agreement, first=first)
    return agreement.agreement_id, recorded.first_time
