"""What the pages of each kind of stream show, and how a change of it is rendered for an audience."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.ids import PartnershipId
from domain.times import moment_of, written
from projections import tables
from projections.batch import Change
from projections.home import HomePresent
from projections.present import Present, Touched
from server.deciding.timers import AT_MOST
from server.live.rooms import Render
from server.people.directories import Directories
from server.reading.presents import Homes, Presents
from web.audience import Audience
from web.fragments import all_regions, changed_regions
from web.home import HomeReader
from web.home_fragments import all_of_home, changed_of_home
from web.home_view import HomeView
from web.reader import Reader
from web.shared import Shared
from web.view import RoomView

LARGE_CHANGE, LARGE_TEXT = 40, 400
"""Clauses of a change, and of a text, whose rendering others would notice; on a home needs, and all that it shows."""


_SHARED = {tables.needs.name, tables.intentions.name}


def _named(present: Present) -> set[str]:
    """The needs and principles that something in a room names."""
    found: set[str] = set()
    for term in present.terms.values():
        found.update(term.body["need_ids"])
    for proposal in present.proposals.values():
        found.update(proposal.body["need_ids"])
    for objection in present.objections.values():
        found.update(filter(None, (objection.body["need_id"], objection.body["principle_id"])))
    return found


class Shown(NamedTuple):
    """What a change brings to the pages of a room. position: what they show then."""

    stream: str
    position: int
    render: Render
    is_large: bool


class Screen(Protocol):
    """The pages of one kind of stream."""

    async def now(self, stream: str) -> Any:
        """What they show, kept up from now on."""

    def position(self, view: Any) -> int:
        """Tells which events what they show has: more, the more there are."""

    def take(self, change: Change) -> Shown | None:
        """Take over a change; None where nobody watches what it is of."""

    def everything(self, view: Any, audience: Audience) -> Iterable[str]:
        """The frames that bring any older page up to date."""

    def forget(self, stream: str) -> None:
        """Nobody watches any more."""


class RoomScreen:
    """The rooms of agreements."""

    def __init__(
        self,
        presents: Presents,
        directories: Directories,
        clock: Callable[[], datetime],
        shared: Callable[[PartnershipId], Shared],
        is_watched: Callable[[str], bool],
        show_anew: Callable[[str], None],
    ) -> None:
        self._presents, self._directories, self._clock, self._shared = presents, directories, clock, shared
        self._is_watched, self._show_anew = is_watched, show_anew
        self._ends: dict[str, tuple[str, asyncio.TimerHandle]] = {}
        """When the next request of an agreement that somebody watches ends: no event tells of that."""

    async def now(self, stream: str) -> RoomView:
        view = RoomView(await self._presents.watched(stream), written(self._clock()))
        self._watch_requests(view, view.term)
        return view

    def position(self, view: RoomView) -> int:
        return view.version

    def take(self, change: Change) -> Shown | None:
        if change.rows.keys() & _SHARED:
            self._show_what_is_shared(change)
        touched = self._presents.apply(change)
        present = self._presents.get(change.stream)
        if present is None or not self._is_watched(change.stream):
            return None
        is_large = len(touched.terms) > LARGE_CHANGE or len(present.terms) > LARGE_TEXT
        return Shown(change.stream, change.version, self._prepare(present, touched), is_large)

    def everything(self, view: RoomView, audience: Audience) -> Iterable[str]:
        of = audience.partnership_id
        return all_regions(Reader(view, audience, self._directories.get(of), self._shared(of)))

    def forget(self, stream: str) -> None:
        self._presents.forget(stream)

    def _prepare(self, present: Present, touched: Touched) -> Render:
        """Renders the fragments that an audience gets for a change."""
        view = RoomView(present, written(self._clock()))
        self._watch_requests(view, touched.terms)
        of = PartnershipId(view.header["partnership_id"])
        directory, shared = self._directories.get(of), self._shared(of)
        return lambda audience: changed_regions(Reader(view, audience, directory, shared), touched)

    def _show_what_is_shared(self, change: Change) -> None:
        """A need or a principle of a partnership changed: show anew the rooms where something names it; all of them
        where there may be a need to link to for the first time, or none any more."""
        keys = {key for name in _SHARED for key in change.rows.get(name, ())}
        is_about_all = len(self._shared(PartnershipId(change.stream)).standing) <= 1
        for present in self._presents.all():
            is_of = present.header.get("partnership_id") == change.stream and self._is_watched(present.agreement_id)
            if is_of and (is_about_all or keys & _named(present)):
                self._show_anew(present.agreement_id)

    def _watch_requests(self, view: RoomView, term_ids: Iterable[str]) -> None:
        """Show the room anew when the date of a request on one of the terms has passed."""
        due = view.next_end(term_ids)
        before, timer = self._ends.get(view.agreement_id, (None, None))
        if due is None or (before and before <= due):
            return
        if timer:
            timer.cancel()
        self._await_end(view.agreement_id, due)

    def _await_end(self, agreement_id: str, due: str) -> None:
        wait = min(max((moment_of(due) - self._clock()).total_seconds(), 0) + 0.01, AT_MOST)
        timer = asyncio.get_running_loop().call_later(wait, self._request_ended, agreement_id, due)
        self._ends[agreement_id] = due, timer

    def _request_ended(self, agreement_id: str, due: str) -> None:
        del self._ends[agreement_id]
        if not self._is_watched(agreement_id):
            return
        if due > written(self._clock()):
            self._await_end(agreement_id, due)
        else:
            self._show_anew(agreement_id)


class HomeScreen:
    """The homes of partnerships."""

    def __init__(self, homes: Homes, directories: Directories, clock: Callable[[], datetime]) -> None:
        self._homes, self._directories, self._clock = homes, directories, clock
        self._shown: dict[str, HomeView] = {}

    async def now(self, stream: str) -> HomeView:
        return self._view(await self._homes.watched(stream))

    def _view(self, home: HomePresent) -> HomeView:
        view = HomeView(home, written(self._clock()), self._shown.get(home.partnership_id))
        self._shown[home.partnership_id] = view
        return view

    def position(self, view: HomeView) -> int:
        return view.height

    def take(self, change: Change) -> Shown | None:
        found = self._homes.apply(change)
        if found is None:
            return None
        home, moved = found
        view = self._view(home)
        directory = self._directories.get(PartnershipId(home.partnership_id))
        return Shown(
            home.partnership_id,
            view.height,
            lambda audience: changed_of_home(HomeReader(view, audience, directory), moved),
            is_large=len(moved.needs) > LARGE_CHANGE or home.size > LARGE_TEXT,
        )

    def everything(self, view: HomeView, audience: Audience) -> Iterable[str]:
        return all_of_home(HomeReader(view, audience, self._directories.get(audience.partnership_id)))

    def forget(self, stream: str) -> None:
        self._homes.forget(stream)
        self._shown.pop(stream, None)
