"""How far something has come in the log, and who waits for it to come further."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Reached:
    """Lives in the event loop. position: the id of the last event that was dealt with; asked_for: called whenever
    somebody begins to wait."""

    def __init__(self, position: int = 0, asked_for: Callable[[], None] = lambda: None) -> None:
        self.position, self._asked_for = position, asked_for
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    async def wait(self, event_id: int) -> None:
        """Wait until the event with an id, and all before it, have been dealt with."""
        if self.position < event_id:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((event_id, waiting))
            self._asked_for()
            await waiting

    @property
    def is_awaited(self) -> bool:
        return bool(self._waiting)

    def set(self, position: int) -> None:
        """Wake those whom this is far enough for."""
        self.position = position
        still = []
        for event_id, waiting in self._waiting:
            if event_id > position:
                still.append((event_id, waiting))
            elif not waiting.done():
                waiting.set_result(None)
        self._waiting = still
