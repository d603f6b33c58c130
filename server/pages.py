"""Pages, made in a thread: a long one takes a second, and others wait for the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.responses import HTMLResponse, Response, StreamingResponse

CHUNK = 64 * 1024
"""Characters that are compressed and sent at a time."""


async def page_of(render: Callable[..., str], *args: Any, **named: Any) -> Response:
    """A page, in pieces when it is long."""
    text = await asyncio.to_thread(render, *args, **named)
    if len(text) <= CHUNK * 4:
        return HTMLResponse(text)
    return StreamingResponse(_pieces(text), media_type="text/html")


async def _pieces(text: str) -> AsyncIterator[str]:
    for start in range(0, len(text), CHUNK):
        yield text[start : start + CHUNK]
        await asyncio.sleep(0)
