"""A node: everything that one process runs between the log and the screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from eventsourcing.persistence import Notification
from sqlalchemy import Connection

from domain.command import Command
from domain.commands import MakeProposal
from domain.exchanges import ReadSealed, cancel_lost
from domain.ids import PartnershipId, TermId
from domain.words import TermStatus
from projections import as_of, tables
from projections.batch import Change
from projections.home import HomePresent
from projections.needs_board import serving
from projections.present import Present
from projections.projector import Projector
from projections.sealed_exchanges import awaited
from server.background import Background
from server.deciding.timers import Timers
from server.deciding.workspace import Workspace
from server.live.audiences import Audiences
from server.live.guests import Guests
from server.live.other_nodes import OtherNodes
from server.live.presence import Presence
from server.live.rooms import Rooms
from server.log.database import Database
from server.log.keys import read_keys
from server.log.postgres import PostgresLog
from server.log.store import Writer
from server.log.tail import Tail
from server.log.vault import Vault
from server.metrics import Metrics
from server.people.directories import Directories
from server.people.identity import Identity
from server.people.mail import Mail
from server.reading.presents import Homes, Presents
from server.reading.projecting import Projecting
from server.seat import TOKEN
from server.settings import Settings
from server.sources import utc_now
from server.texts.apart import Apart
from server.texts.papers import Papers
from server.texts.pdf import Typesetter
from web.directory import Directory
from web.fragments import DemoNotice

R = TypeVar("R")


class Node:
    """Create it in the running loop, `start` it, `stop` it."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self.identity = Identity(database.beside)
        self.rooms = Rooms()
        url = database.log.url if isinstance(database.log, PostgresLog) else None
        self.other_nodes = OtherNodes(
            url, self._present_elsewhere, self.rooms.close_sockets_of, self._close_what_was_signed_out
        )
        self.presence = Presence(self.other_nodes.members, self.other_nodes.announce)
        self.session_key = b""
        self.presents = Presents(lambda agreement_id: self.read(Present.load, agreement_id))
        self.homes = Homes(lambda partnership_id: self.read(HomePresent.load, partnership_id))
        self.background = Background()
        self.guests = Guests()
        self.mail = Mail(settings, self.background)
        self.texts = Apart()
        self.papers = Papers(Typesetter(settings.fonts))
        self.demo_notices: Mapping[str, DemoNotice] = {}
        """What a demo tells each of its visitors, by member."""
        self.metrics = Metrics()
        self.writer = Writer(database.log, self._committed)
        self.vault = Vault(database.beside, read_keys(settings.key_file))
        self.workspace = Workspace(
            database.log,
            self.writer,
            lambda event_id: self.tail.reached.wait(event_id),
            clock,
            settings.package_items,
            {
                "terms": self._known_terms,
                "taken": self._taken,
                "serves": lambda partnership_id, _: self.read(serving, partnership_id),
                "sealed": self._sealed,
            },
            self.vault.rows_for,
        )
        self._directories = Directories(self.identity, self.workspace.partnership, self.background)
        self.audiences = Audiences(
            self.workspace, self.presents, self.homes, self._directories, self.rooms, self.background, clock
        )
        projector = Projector(database.models, self.workspace.aggregates.load)
        self.projecting = Projecting(database.log, projector, self._changed)
        subscribers = [
            self.workspace.aggregates.see,
            self.vault.see,
            self.guests.see,
            self.rooms.publish,
            self._directories.see,
            self.projecting.follow,
        ]
        self.tail = Tail(database.log, subscribers)
        self.metrics.measure_lag(lambda: self.tail.reached.position - self.projecting.written.position)
        self._timers = Timers(self.workspace.let_clock_record, self.background, clock)

    async def start(self) -> None:
        """Bring the read models up to the log, then follow it."""
        self.tail.reached.set(await asyncio.to_thread(self.projecting.catch_up))
        self.session_key = (await asyncio.to_thread(self.identity.secret, "session_key")).encode()
        due = await asyncio.to_thread(self._ask, as_of.next_deadlines, ())
        self.writer.start()
        self.projecting.start()
        self.tail.start()
        self.other_nodes.start()
        self._timers.start(due)
        self.background.start(self._cancel_lost())

    async def _cancel_lost(self) -> None:
        """Where what was sealed is gone, as after an older copy of the log was put in place, nothing can be revealed:
        the clock says so."""
        for stream, sealed in (await self.read(awaited)).items():
            if not all([await asyncio.to_thread(self.vault.read, *each) for each in sealed]):
                await self.workspace.let_clock_say(stream, lambda held: cancel_lost(held, self.vault.read))

    async def stop(self) -> None:
        self._timers.stop()
        await self.other_nodes.stop()
        await self.background.stop()
        await self.writer.stop()
        await self.tail.stop()
        await self.projecting.stop()
        self.papers.stop()

    async def read(self, question: Callable[..., R], *args: object) -> R:
        """Ask the read models, in a thread, once they show everything that is committed."""
        target = self.tail.reached.position
        if not self.database.is_sqlite:
            target = await asyncio.to_thread(self.database.log.newest)
            await self.tail.reached.wait(target)
        await self.projecting.written.wait(target)
        return await asyncio.to_thread(self._ask, question, args)

    def _ask(self, question: Callable[..., R], args: tuple[object, ...]) -> R:
        with self.database.models.connect() as connection:
            if not self.database.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                return question(connection, *args)

    async def known(self, partnership_id: PartnershipId) -> None:
        """Have a partnership and its directory at hand, so that nothing that follows reads a database for them; raises
        `not_found` when there is none such."""
        await self.workspace.aggregates.apply(partnership_id)
        self.workspace.partnership(partnership_id)
        await self._directories.known(partnership_id)

    def directory(self, partnership_id: PartnershipId) -> Directory:
        """Who is who in a partnership that is `known`."""
        return self._directories.get(partnership_id)

    async def _known_terms(self, partnership_id: PartnershipId, _: Command | None) -> dict[TermId, bool]:
        """Every term of the partnership's agreements, but for those whose id two of them have; True for those that
        stand in the text."""

        def ask(connection: Connection) -> dict[TermId, bool]:
            found: dict[TermId, bool] = {}
            twice: set[TermId] = set()
            for header in as_of.agreements_of(connection, partnership_id):
                for term in as_of.ever(connection, tables.terms, header["agreement_id"]):
                    if term["term_id"] in found:
                        twice.add(term["term_id"])
                    found[term["term_id"]] = term["status"] != TermStatus.REMOVED
            return {term_id: stands for term_id, stands in found.items() if term_id not in twice}

        return await self.read(ask)

    async def _sealed(self, _: PartnershipId, __: Command | None) -> ReadSealed:
        """Reads what the other party has sealed, in the thread where it is judged."""
        return self.vault.read

    async def _taken(self, partnership_id: PartnershipId, command: Command | None) -> Sequence[str]:
        """Which ids that a command's sender chose for new terms the partnership's agreements have already: a mandate
        names terms by their ids alone."""
        assert isinstance(command, MakeProposal)
        return await self.read(as_of.taken, partnership_id, sorted(command.chosen))

    def _present_elsewhere(self, stream: str) -> None:
        if room := self.rooms.get(stream):
            self.presence.changed(room)

    async def _close_what_was_signed_out(self) -> None:
        seats = {(each.seat.member_id, each.seat.session_id) for each in self.rooms.everybody()}
        for member_id, session_id in seats:
            if session_id is None:
                if not await asyncio.to_thread(self.identity.has_token, member_id):
                    self.rooms.close_sockets_of(member_id, TOKEN)
            elif await asyncio.to_thread(self.identity.session_ends, session_id) <= self.clock():
                self.rooms.close_sockets_of(member_id, session_id)

    def _committed(self, commits: int, events: Sequence[Notification]) -> None:
        self.metrics.batch_commits.observe(commits)
        self.tail.committed(events)

    def _changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._timers.watch(change.stream, change.next_deadline)
            self.audiences.show(change)
        self._timers.set_timer()
