"""Frames written here are those that the WebSocket library would write."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from server.live.frames import text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_is_written_as_by_the_library(size: int) -> None:
    payload = b"x" * size
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
    assert text_frame("é" * size) == Frame(Opcode.TEXT, ("é" * size).encode()).serialize(mask=False)
