"""A node: everything that one process runs between the log and the screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from eventsourcing.persistence import Notification
from sqlalchemy import Connection

from domain.ids import PartnershipId, TermId, text_of
from domain.partnership_events import MandateGranted, MandateRevoked, MemberAdmitted, PartnershipFormed
from domain.words import TermStatus
from projections import as_of, tables
from projections.batch import Change
from projections.present import Present, Touched
from projections.projector import Projector
from server.background import Background
from server.database import Database
from server.deadlines import Deadlines
from server.directories import Directories
from server.faults import Fault
from server.identity import TOKEN, Identity, utc_now
from server.mail import Mail
from server.metrics import Metrics
from server.other_nodes import OtherNodes
from server.postgres_log import PostgresLog
from server.presence import Presence
from server.presents import Presents
from server.projecting import Projecting
from server.rooms import Render, Rooms, close_for
from server.settings import Settings
from server.store import Writer
from server.tail import Tail
from server.workspace import Workspace
from web.directory import Directory
from web.fragments import DemoNotice

R = TypeVar("R")

LARGE_CHANGE, LARGE_TEXT = 40, 400
"""Clauses of a change, and of a text, whose rendering others would notice."""
_ABOUT_MEMBERS = {each.TOPIC for each in (PartnershipFormed, MemberAdmitted, MandateGranted, MandateRevoked)}


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
        self.prepare: Callable[[Present, Touched], Render] = lambda _, __: lambda _: ()
        self.members_changed: Callable[[str], None] = lambda _: None
        """Told of a partnership whose members or mandates changed."""
        self.background = Background()
        self.mail = Mail(settings, self.background)
        self.demo_notices: Mapping[str, DemoNotice] = {}
        """What a demo tells each of its visitors, by member."""
        self.metrics = Metrics()
        self.writer = Writer(database.log, self._committed)
        self.workspace = Workspace(
            database.log, self.writer, lambda event_id: self.tail.reached.wait(event_id), clock, settings.package_items
        )
        self._directories = Directories(
            self.identity, self.workspace.partnership, self.background, lambda each: self.members_changed(each)
        )
        projector = Projector(database.models, self.workspace.aggregates.load)
        self.projecting = Projecting(database.log, projector, self._changed)
        self.tail = Tail(database.log, self._publish, 0)
        self.metrics.measure_lag(lambda: self.tail.reached.position - self.projecting.written.position)
        self._deadlines = Deadlines(self.workspace.let_clock_record, self.background, clock)

    async def start(self) -> None:
        """Bring the read models up to the log, then follow it."""
        self.tail.reached.set(await asyncio.to_thread(self.projecting.catch_up))
        self.session_key = (await asyncio.to_thread(self.identity.secret, "session_key")).encode()
        due = await asyncio.to_thread(self._ask, as_of.next_deadlines, ())
        self.writer.start()
        self.projecting.start()
        self.tail.start()
        self.other_nodes.start()
        self._deadlines.start(dict(due))

    async def stop(self) -> None:
        self._deadlines.stop()
        await self.other_nodes.stop()
        await self.background.stop()
        await self.writer.stop()
        await self.tail.stop()
        await self.projecting.stop()

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

    async def known_terms(self, partnership_id: str) -> dict[TermId, bool]:
        """Every term of the partnership's agreements; True for those that stand in the text."""

        def ask(connection: Connection) -> dict[TermId, bool]:
            headers = as_of.agreements_of(connection, partnership_id)
            return {
                term["term_id"]: term["status"] != TermStatus.REMOVED
                for header in headers
                for term in as_of.ever(connection, tables.terms, header["agreement_id"])
            }

        return await self.read(ask)

    def _present_elsewhere(self, agreement_id: str) -> None:
        if room := self.rooms.get(agreement_id):
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

    def _publish(self, page: Sequence[Notification]) -> None:
        for notification in page:
            self.workspace.aggregates.see(notification)
        self.rooms.publish(page)
        for partnership_id in {text_of(each.originator_id) for each in page if each.topic in _ABOUT_MEMBERS}:
            self._directories.outdated(PartnershipId(partnership_id))
        self.projecting.follow(page)

    def _changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._deadlines.watch(change.agreement_id, change.next_deadline)
            try:
                self._show(change)
            except Exception as error:
                self.presents.forget(change.agreement_id)
                if room := self.rooms.get(change.agreement_id):
                    close_for(Fault(error), room.connections())
        self._deadlines.set_timer()

    def _show(self, change: Change) -> None:
        touched = self.presents.apply(change)
        room, present = self.rooms.watched(change.agreement_id), self.presents.get(change.agreement_id)
        if room and present:
            is_large = len(touched.terms) > LARGE_CHANGE or len(present.terms) > LARGE_TEXT
            room.show(change, self.prepare(present, touched), is_large=is_large)
