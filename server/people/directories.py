"""Who is who in each partnership, kept in memory so that a page reads no database for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from eventsourcing.persistence import Notification

from domain.ids import PartnershipId, text_of
from domain.partnership import Partnership
from domain.partnership_events import MandateGranted, MandateRevoked, MemberAdmitted, PartnershipFormed
from domain.words import Mandate
from server.background import Background
from server.people.identity import Identity
from web.directory import Directory, Person

_ABOUT_MEMBERS = {each.TOPIC for each in (PartnershipFormed, MemberAdmitted, MandateGranted, MandateRevoked)}


class Directories:
    """Lives in the event loop. A directory is read for the first who asks, and again when its log says that something
    changed."""

    def __init__(
        self,
        identity: Identity,
        partnership: Callable[[PartnershipId], Partnership],
        background: Background,
    ) -> None:
        """partnership: as this node has applied it."""
        self._identity, self._partnership, self._background = identity, partnership, background
        self._subscribers: list[Callable[[PartnershipId], None]] = []
        self._held: dict[PartnershipId, Directory] = {}
        self._reading: dict[PartnershipId, asyncio.Task[None]] = {}
        self._outdated: set[PartnershipId] = set()

    def subscribe(self, told: Callable[[PartnershipId], None]) -> None:
        """Have somebody told once a directory that was read anew is there."""
        self._subscribers.append(told)

    def get(self, partnership_id: PartnershipId) -> Directory:
        """The directory as it was read last, once `known` was awaited."""
        return self._held[partnership_id]

    async def known(self, partnership_id: PartnershipId) -> None:
        """Read it, if it is not at hand, or wait for what is being read."""
        if partnership_id not in self._held or partnership_id in self._outdated:
            await asyncio.shield(self._read_soon(partnership_id))

    def see(self, page: Sequence[Notification]) -> None:
        """Events of the log: where members or mandates have changed, read again what anybody has asked for."""
        for partnership_id in {text_of(each.originator_id) for each in page if each.topic in _ABOUT_MEMBERS}:
            self._is_outdated(PartnershipId(partnership_id))

    def _is_outdated(self, partnership_id: PartnershipId) -> None:
        if partnership_id in self._held:
            self._outdated.add(partnership_id)
            self._background.start(self._read_again(partnership_id))

    async def _read_again(self, partnership_id: PartnershipId) -> None:
        await self._read_soon(partnership_id)
        for told in self._subscribers:
            told(partnership_id)

    def _read_soon(self, partnership_id: PartnershipId) -> asyncio.Task[None]:
        if partnership_id not in self._reading:
            self._reading[partnership_id] = asyncio.create_task(self._read(partnership_id))
        return self._reading[partnership_id]

    async def _read(self, partnership_id: PartnershipId) -> None:
        """Read until nothing has changed while it was read."""
        try:
            while True:
                self._outdated.discard(partnership_id)
                people = await asyncio.to_thread(self._identity.names, partnership_id)
                if partnership_id not in self._outdated:
                    break
            self._held[partnership_id] = _made(self._partnership(partnership_id), people)
        except BaseException:
            if partnership_id in self._held:
                self._outdated.add(partnership_id)  # whoever asks next tries again
            raise
        finally:
            del self._reading[partnership_id]


def _made(partnership: Partnership, people: dict[str | None, str]) -> Directory:
    names = names_of(partnership, people)
    members = [
        Person(
            each.member_id,
            each.party_id,
            people.get(each.member_id, "A member"),
            each.observer,
            Mandate.SIGNATORY in each.mandates,
            tuple((str(name), None if of is None else tuple(sorted(of))) for name, of in each.mandates.items()),
        )
        for each in partnership.members.values()
    ]
    return Directory(names, members)


def names_of(partnership: Partnership, people: Mapping[str | None, str]) -> dict[str | None, str]:
    """The names of members and parties by id."""
    return {**people, **{party.party_id: party.name for party in partnership.parties}}
