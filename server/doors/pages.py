"""Pages, made in a thread and sent in pieces: a long one takes seconds, and others wait for the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from starlette.responses import HTMLResponse, Response, StreamingResponse

PIECE = 64 * 1024
"""Characters that are compressed and sent at a time."""


async def page_of(render: Callable[..., str | Iterable[str]], *args: Any, **named: Any) -> Response:
    """A page from its text, or from the many pieces that a template makes of a long one."""
    pieces = await asyncio.to_thread(_made, render, args, named)
    if len(pieces) == 1:
        return HTMLResponse(pieces[0])
    return StreamingResponse(_sent(pieces), media_type="text/html")


def _made(render: Callable[..., str | Iterable[str]], args: Sequence[Any], named: dict[str, Any]) -> list[str]:
    """The page in pieces of about the same length; one string of many megabytes would hold everybody up."""
    made = render(*args, **named)
    found: list[str] = []
    piece: list[str] = []
    size = 0
    for each in [made] if isinstance(made, str) else made:
        piece.append(each)
        size += len(each)
        if size >= PIECE:
            found.append("".join(piece))
            piece, size = [], 0
    return [*found, "".join(piece)]


async def _sent(pieces: Sequence[str]) -> AsyncIterator[str]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)
