"""WebSocket frames: made once for everybody who gets them, and written as they are."""

from __future__ import annotations

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State


def text_frame(text: str | bytes) -> bytes:
    """A whole text frame as a server writes it, which is the same for every connection."""
    return Frame(Opcode.TEXT, text.encode() if isinstance(text, str) else text).serialize(mask=False)


def event_frame(version: int, state: bytes) -> bytes:
    """The frame of an event: its stored bytes inside."""
    return text_frame(b'{"event":%s,"type":"event","version":%d}' % (state, version))


class ReadyFrames(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets, which also take a `websocket.send` with `frames`: the bytes of whole frames."""

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent:  # uvicorn itself has closed, for a peer that does not answer
            raise ClientDisconnected
        frames = message.get("frames")
        if frames is None:
            await super().send(message)
            return
        assert isinstance(frames, bytes)
        await self.writable.wait()
        if self.disconnected or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(frames)
