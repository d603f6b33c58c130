"""Pages, made in a thread and sent in pieces: a long one takes seconds, and others wait for the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, AnyStr

import orjson
from starlette.responses import HTMLResponse, Response, StreamingResponse

PIECE = 64 * 1024
"""Characters that are compressed and sent at a time."""


async def json_of(body: Mapping[str, Any]) -> Response:
    """An answer of the API, written in a thread; a long one, as of an agreement with megabytes of texts, in pieces."""
    pieces = await asyncio.to_thread(_written, body)
    if len(pieces) == 1:
        return Response(pieces[0], media_type="application/json")
    return StreamingResponse(_sent(pieces), media_type="application/json")


def _written(body: Mapping[str, Any]) -> list[bytes]:
    """The things of each list one by one: writing holds up everybody else until it is done."""
    found, piece, size = [], [b"{"], 0
    for place, (name, given) in enumerate(body.items()):
        piece.append(b"%s%s:" % (b"," if place else b"", orjson.dumps(name)))
        parts = [orjson.dumps(given)] if not isinstance(given, list) else _list_written(given)
        for part in parts:
            piece.append(part)
            size += len(part)
            if size >= PIECE:
                found.append(b"".join(piece))
                piece, size = [], 0
    return [*found, b"".join([*piece, b"}"])]


def _list_written(things: Sequence[Any]) -> Iterator[bytes]:
    yield b"["
    for place, each in enumerate(things):
        yield (b"," if place else b"") + orjson.dumps(each)
    yield b"]"


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


async def _sent(pieces: Sequence[AnyStr]) -> AsyncIterator[AnyStr]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)
