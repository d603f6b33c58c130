"""The presents of what people watch, kept in memory so that a live update reads no database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from projections.batch import Change
from projections.home import HomePresent, Moved
from projections.present import Present, Touched

T_co = TypeVar("T_co", covariant=True)


class KeptUp(Protocol[T_co]):
    """A present that can be kept up."""

    def apply(self, change: Change) -> T_co: ...


P = TypeVar("P", bound=KeptUp[object])


class Watched(Generic[P]):
    """Lives in the event loop. A present is loaded for the first who watches and forgotten when nobody does."""

    def __init__(self, load: Callable[[str], Awaitable[P]]) -> None:
        """load: reads a present once the read models show everything that is committed."""
        self._load = load
        self._held: dict[str, P] = {}
        self._loading: dict[str, asyncio.Task[P]] = {}
        self._arrived: dict[str, list[Change]] = {}

    async def watched(self, stream: str) -> P:
        """The present of a room, kept up from now on."""
        if stream in self._held:
            return self._held[stream]
        if stream not in self._loading:
            self._arrived[stream] = []
            self._loading[stream] = asyncio.create_task(self._hold(stream))
        return await asyncio.shield(self._loading[stream])

    def get(self, stream: str) -> P | None:
        return self._held.get(stream)

    def all(self) -> list[P]:
        """Every present that is watched."""
        return list(self._held.values())

    def forget(self, stream: str) -> None:
        self._held.pop(stream, None)

    async def _hold(self, stream: str) -> P:
        try:
            present = await self._load(stream)
            for change in self._arrived[stream]:
                self._take(present, change)
            self._held[stream] = present
            return present
        finally:
            del self._arrived[stream], self._loading[stream]

    def _take(self, present: P, change: Change) -> None:
        present.apply(change)


class Presents(Watched[Present]):
    """Of agreements."""

    def apply(self, change: Change) -> Touched:
        """Take over a change, and say what it means for those who watch."""
        if change.stream in self._arrived:
            self._arrived[change.stream].append(change)
        elif present := self._held.get(change.stream):
            return present.apply(change)
        return Touched()


class Homes(Watched[HomePresent]):
    """Of partnerships, with their agreements."""

    def apply(self, change: Change) -> tuple[HomePresent, Moved] | None:
        """Take over a change, and say of which home it is, and what it means for those who watch; None where nobody
        does."""
        for arrived in self._arrived.values():
            arrived.append(change)  # whose it is shows once the agreements are known
        for home in self._held.values():
            if home.concerns(change):
                return home, home.apply(change)
        return None

    def _take(self, present: HomePresent, change: Change) -> None:
        if present.concerns(change):
            present.apply(change)
