"""One open socket, written to without a task of its own for as long as its reader keeps up (stepping)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any

from starlette.types import Message, Send

from server.seat import Seat
from web.audience import Audience

TOO_SLOW = 4408


class Connection:
    """Frames leave in the order in which they are pushed. A reader that falls too far behind is cut off with 4408.

    position: the version of the last event that was pushed; live: it has caught up, and gets what comes; seated: how
    often what its page shows, beside what events tell, has become another.
    """

    __slots__ = (
        "_backlog",
        "_limit",
        "_send",
        "_task",
        "_too_slow",
        "at",
        "audience",
        "closed",
        "held",
        "live",
        "position",
        "seat",
        "seated",
        "shown",
    )

    def __init__(self, send: Send, seat: Seat, limit: int, too_slow: Callable[[], None]) -> None:
        """limit: frames that may wait; too_slow: called when it is cut off."""
        self._send, self._limit, self._too_slow = send, limit, too_slow
        self._backlog: deque[Message] | None = None
        self._task: asyncio.Task[None] | None = None
        self.seat = seat
        self.audience: Audience | None = None
        self.position = 0
        self.live = False
        self.seated = 0
        self.closed = False
        self.held: list[tuple[int, bytes]] = []
        self.at: str | None = None
        self.shown = True

    def push(self, frames: bytes) -> None:
        """Send whole frames, or let them wait behind the others."""
        self._push({"type": "websocket.send", "frames": frames})

    def push_run(self, frames: Sequence[bytes]) -> None:
        """Send several whole frames, which come at the same moment, in one go; behind others each waits as one."""
        if self._backlog is None:
            self.push(b"".join(frames))
        else:
            for frame in frames:
                self.push(frame)

    def push_after(self, version: int, frames: bytes) -> None:
        """Send whole frames once the event of a version has been sent."""
        if self.position >= version:
            self.push(frames)
        else:
            self.held.append((version, frames))

    def reached(self, version: int) -> None:
        """The event of a version has been pushed; what was held for it follows."""
        self.position = version
        if self.held:
            due = [frames for held, frames in self.held if held <= version]
            self.held = [(held, frames) for held, frames in self.held if held > version]
            for frames in due:
                self.push(frames)

    async def drained(self) -> None:
        """Wait until no frame waits for the reader."""
        if self._backlog is not None and self._task:
            await asyncio.wait([self._task])

    def close(self, code: int, reason: str = "") -> None:
        """Close after the frames that were pushed before."""
        if not self.closed:
            self._push({"type": "websocket.close", "code": code, "reason": reason})
            self.closed = True

    def _push(self, message: Message) -> None:
        if self.closed:
            return
        if self._backlog is not None:
            if len(self._backlog) >= self._limit:
                self._cut_off()
            else:
                self._backlog.append(message)
            return
        sending = self._send(message)
        assert isinstance(sending, Coroutine)
        try:
            awaited = sending.send(None)
        except StopIteration:
            return
        except OSError:  # the peer is gone; the socket's own task learns it from its disconnect message
            self.closed = True
            return
        self._backlog = deque()
        self._task = asyncio.get_running_loop().create_task(self._drain(sending, awaited))

    def _cut_off(self) -> None:
        assert self._backlog is not None
        self.closed = True
        self._too_slow()
        self._backlog.clear()
        self._backlog.append({"type": "websocket.close", "code": TOO_SLOW, "reason": "too slow"})

    async def _drain(self, sending: Coroutine[Any, Any, None], awaited: Any) -> None:
        assert self._backlog is not None
        try:
            await _Started(sending, awaited)
            while self._backlog:
                await self._send(self._backlog.popleft())
            self._backlog = None
        except OSError:  # the peer is gone
            self.closed = True


class _Started:
    """Awaits a coroutine that has already been run up to its first suspension."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._coroutine, self._awaited = coroutine, awaited

    def __await__(self) -> Generator[Any, Any, None]:
        while True:
            try:
                yield self._awaited
            except BaseException as error:
                try:
                    self._awaited = self._coroutine.throw(error)
                except StopIteration:
                    return
            else:
                try:
                    self._awaited = self._coroutine.send(None)
                except StopIteration:
                    return
