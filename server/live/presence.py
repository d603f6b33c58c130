"""Who is in a room: in memory only, never in the log. Whoever is not shown is not shown the others either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import orjson

from server.live.frames import text_frame
from server.live.other_nodes import Members
from server.live.rooms import Room

SETTLES_SECONDS = 0.05
"""How long changes are gathered before they are shown, so that a crowd that arrives at once is told of itself once."""


class Presence:
    """Shows changes to everybody in a room who is shown. elsewhere: who is present on other nodes; announce: tells
    them who is here."""

    def __init__(
        self, elsewhere: Callable[[str], Members], announce: Callable[[str, Mapping[str, str | None]], None]
    ) -> None:
        self._elsewhere, self._announce = elsewhere, announce
        self._unsettled: set[Room] = set()

    def changed(self, room: Room) -> None:
        """Somebody came, went, moved, or changed whether to be shown, here or elsewhere."""
        if room not in self._unsettled:
            self._unsettled.add(room)
            asyncio.get_running_loop().call_later(SETTLES_SECONDS, self._show, room)

    def _show(self, room: Room) -> None:
        self._unsettled.discard(room)
        shown = [each for each in room.connections() if each.shown and each.live and not each.closed]
        here: Members = {}
        for each in shown:
            here[each.seat.member_id] = each.at or here.get(each.seat.member_id)
        self._announce(room.stream, here)
        members = self._elsewhere(room.stream) | here
        frame = text_frame(
            orjson.dumps(
                {"type": "presence", "members": [{"member_id": key, "at": at} for key, at in sorted(members.items())]}
            )
        )
        for each in shown:
            each.push(frame)
