"""The floor of every live figure: a server on the same stack that hands each frame to everybody, and no more."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.ops.serving import uvicorn_config

everybody: set[WebSocket] = set()


async def attend(websocket: WebSocket) -> None:
    await websocket.accept()
    everybody.add(websocket)
    try:
        while True:
            text = await websocket.receive_text()
            message = {"type": "websocket.send", "text": text}
            await asyncio.gather(*(each.send(message) for each in everybody))
    except WebSocketDisconnect:
        pass
    finally:
        everybody.discard(websocket)


async def attend_raw(scope: Any, receive: Any, send: Any) -> None:
    await attend(WebSocket(scope, receive, send))


def main() -> None:
    """Listen on a free port and print the address."""
    route = WebSocketRoute("/live", attend_raw)
    route.app = attend_raw
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    print(f"listening on http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn_config(Starlette(routes=[route]))).run(sockets=[listening])


if __name__ == "__main__":
    main()
