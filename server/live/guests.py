"""Pages that a link opened to outsiders: told at once, on every node, when the link is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import orjson
from eventsourcing.persistence import Notification

from domain.share_events import ShareRevoked


class Guests:
    """Lives in the event loop."""

    def __init__(self) -> None:
        self._watching: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def watching(self, share_id: str) -> Iterator[asyncio.Event]:
        """Gives what is set once a share is ended, here or elsewhere."""
        ended = asyncio.Event()
        self._watching.setdefault(share_id, set()).add(ended)
        try:
            yield ended
        finally:
            self._watching[share_id].discard(ended)
            if not self._watching[share_id]:
                del self._watching[share_id]

    def see(self, page: Sequence[Notification]) -> None:
        """Events of the log: shares that were ended."""
        if not self._watching:
            return
        for notification in page:
            if notification.topic == ShareRevoked.TOPIC:
                share_id = orjson.loads(notification.state)["data"]["share_id"]
                for ended in self._watching.get(share_id, ()):
                    ended.set()
