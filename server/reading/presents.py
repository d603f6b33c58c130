"""The presents of the rooms whose pages people watch, kept in memory so that a live update reads no database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from projections.batch import Change
from projections.present import Present, Touched


class Presents:
    """Lives in the event loop. A present is loaded for the first who watches and forgotten when nobody does."""

    def __init__(self, load: Callable[[str], Awaitable[Present]]) -> None:
        """load: reads the present of an agreement once the read models show everything that is committed."""
        self._load = load
        self._held: dict[str, Present] = {}
        self._loading: dict[str, asyncio.Task[Present]] = {}
        self._arrived: dict[str, list[Change]] = {}

    async def watched(self, agreement_id: str) -> Present:
        """The present of a room, kept up from now on."""
        if agreement_id in self._held:
            return self._held[agreement_id]
        if agreement_id not in self._loading:
            self._arrived[agreement_id] = []
            self._loading[agreement_id] = asyncio.create_task(self._hold(agreement_id))
        return await asyncio.shield(self._loading[agreement_id])

    def get(self, agreement_id: str) -> Present | None:
        return self._held.get(agreement_id)

    def apply(self, change: Change) -> Touched:
        """Take over a change, and say what it means for those who watch."""
        if change.stream in self._arrived:
            self._arrived[change.stream].append(change)
        elif present := self._held.get(change.stream):
            return present.apply(change)
        return Touched()

    def forget(self, agreement_id: str) -> None:
        self._held.pop(agreement_id, None)

    async def _hold(self, agreement_id: str) -> Present:
        try:
            present = await self._load(agreement_id)
            for change in self._arrived[agreement_id]:
                present.apply(change)
            self._held[agreement_id] = present
            return present
        finally:
            del self._arrived[agreement_id], self._loading[agreement_id]
