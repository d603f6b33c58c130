"""WebSocket frames: made once for everybody who gets them, and written as they are."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State


def text_frame(text: str | bytes) -> bytes:
    """A whole text frame as a server writes it (RFC 6455, 5.2), which is the same for every connection."""
    payload = text.encode() if isinstance(text, str) else text
    size = len(payload)
    if size < 126:
        return _FINAL_TEXT + size.to_bytes(1) + payload
    if size < 1 << 16:
        return _FINAL_TEXT + b"\x7e" + size.to_bytes(2) + payload
    return _FINAL_TEXT + b"\x7f" + size.to_bytes(8) + payload


_FINAL_TEXT = b"\x81"


def event_frame(version: int, state: bytes) -> bytes:
    """The frame of an event: its stored bytes inside."""
    return text_frame(b'{"event":%s,"type":"event","version":%d}' % (state, version))


class _Received:
    """What a connection has received and nobody has taken yet. Takes the place of uvicorn's asyncio.Queue, whose deques
    and event are a tenth of what a connection takes, as far as that is used."""

    __slots__ = ("_messages", "_taker")

    def __init__(self) -> None:
        self._messages: list[ASGIReceiveEvent] = []
        self._taker: asyncio.Future[None] | None = None

    def put_nowait(self, message: ASGIReceiveEvent) -> None:
        self._messages.append(message)
        if self._taker and not self._taker.done():
            self._taker.set_result(None)

    def empty(self) -> bool:
        return not self._messages

    async def get(self) -> ASGIReceiveEvent:
        while not self._messages:
            self._taker = asyncio.get_running_loop().create_future()
            await self._taker
        return self._messages.pop(0)


class ReadyFrames(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets, which also take a `websocket.send` with `frames`: the bytes of whole frames."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.queue = _Received()  # type: ignore[assignment]

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent:  # uvicorn itself has closed, for a peer that does not answer
            raise ClientDisconnected
        frames = message.get("frames")
        if frames is None:
            await super().send(message)
            return
        assert isinstance(frames, bytes)
        if not self.writable.is_set():
            await self.writable.wait()
        if self.disconnected or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(frames)
