"""The frames of an agreement's newest events, for those who come back after a short while."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

MOST_FRAMES = 256
MOST_BYTES = 1024 * 1024


class Recent:
    """A run of frames that ends with the newest event. version: of that event; frames before may be at hand or not."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self.version = 0

    def append(self, version: int, frame: bytes) -> None:
        """The frame of an event that the tail hands on. One seen in the log before is at hand, or is read there."""
        if version <= self.version:
            return
        self.reached(version - 1)
        self.version = version
        self._frames.append(frame)
        self._bytes += len(frame)
        while len(self._frames) > MOST_FRAMES or self._bytes > MOST_BYTES:
            self._bytes -= len(self._frames.popleft())

    def reached(self, version: int) -> None:
        """There are events up to a version, whose frames are not at hand."""
        if version > self.version:
            self.version, self._bytes = version, 0
            self._frames.clear()

    def after(self, version: int) -> bytes | None:
        """The frames of all events after a version, None when they are not at hand."""
        missing = self.version - version
        if missing > len(self._frames):
            return None
        return b"".join(islice(self._frames, len(self._frames) - missing, None))

    def prepend(self, first: int, frames: Sequence[bytes]) -> None:
        """Keep frames that were read from the log, from a version on, as far as they join those at hand."""
        oldest = self.version + 1 - len(self._frames)
        if not first < oldest <= first + len(frames):
            return
        for frame in reversed(frames[: oldest - first]):
            if len(self._frames) == MOST_FRAMES or self._bytes + len(frame) > MOST_BYTES:
                return
            self._frames.appendleft(frame)
            self._bytes += len(frame)
