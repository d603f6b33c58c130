"""At the door: who is asking, from where, and how fast."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import HTTPConnection, Request

from domain.canonical import read_json
from domain.fields import COMMAND_BYTES
from domain.refusals import Code, Refusal, malformed
from server.node import Node
from server.seat import Seat
from server.settings import Settings
from web import numbers

COOKIE = "onetext-"
LARGE = 32 * 1024
"""Bytes of a text whose reading others would notice."""
SEAT_PATH = "/{seat:seat}"
"""Under which the pages of one member stand."""


class _SeatConvertor(Convertor[str]):
    regex = "[0-9a-f]{10}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("seat", _SeatConvertor())


def seat_name(member_id: str) -> str:
    """The first part of the path of a member's pages, so that several can be signed in side by side in one browser."""
    return member_id.replace("-", "")[-10:]


def cookie_name(seat: str) -> str:
    return COOKIE + seat


def signed(node: Node, session_id: str) -> str:
    return f"{session_id}.{mac_of(node, 'session', session_id)}"


def mac_of(node: Node, purpose: str, text: str) -> str:
    """What shows that this installation has made a text, for a purpose."""
    return hmac.new(node.session_key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def bearer_token(connection: HTTPConnection) -> str | None:
    """The token that the request carries, if any."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def who(node: Node, connection: HTTPConnection) -> Seat | None:
    """The member that a token or a session's cookie stands for, None for nobody."""
    seat = await _seat(node, connection)
    if seat:
        await node.known(seat.partnership_id)
    return seat


async def _seat(node: Node, connection: HTTPConnection) -> Seat | None:
    if token := bearer_token(connection):
        return await asyncio.to_thread(node.identity.by_token, token)
    session = _session(connection.cookies, connection.path_params.get("seat"))
    if session is None:
        return None
    session_id, _, mac = session.rpartition(".")
    if not hmac.compare_digest(mac.encode(), mac_of(node, "session", session_id).encode()):
        return None
    return await asyncio.to_thread(node.identity.by_session, session_id, node.clock())


def _session(cookies: Mapping[str, str], seat: str | None) -> str | None:
    if seat is not None:
        return cookies.get(cookie_name(seat))
    ours = [value for name, value in cookies.items() if name.startswith(COOKIE)]
    return ours[0] if len(ours) == 1 else None


async def signed_in(node: Node, connection: HTTPConnection) -> Seat:
    """The asking member; `not_signed_in` for nobody."""
    seat = await who(node, connection)
    if seat is None:
        raise Refusal(Code.NOT_SIGNED_IN)
    return seat


def locale_of(connection: HTTPConnection) -> str:
    """The locale in which a browser's reader writes numbers and dates (RFC 9110, 12.5.4): that of the page which asks,
    since a browser may say another one, or none, when it opens a socket."""
    of_page = connection.query_params.get("numbers")
    return numbers.preferred(of_page or connection.headers.get("accept-language", ""))


def is_foreign(settings: Settings, connection: HTTPConnection) -> bool:
    """Whether a browser sends this from a page that is not ours."""
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    ours = {connection.headers.get("host", "")}
    if settings.public_url:
        ours.add(urlsplit(settings.public_url).netloc)
    try:
        return urlsplit(origin).netloc not in ours
    except ValueError:
        return True


def base_url(request: Request, node: Node) -> str:
    """Where members reach this node, without a slash at the end."""
    return (node.settings.public_url or str(request.base_url)).rstrip("/")


async def read_body(request: Request, most: int = COMMAND_BYTES) -> Any:
    """The JSON of a request of at most so many bytes; `malformed` or `too_large` where it is none."""
    return await decoded(await received(request, most))


async def decoded(text: bytes | str) -> Any:
    """The JSON of a text from outside, read in a thread when it is long."""
    return await asyncio.to_thread(read_json, text) if len(text) > LARGE else read_json(text)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a plain HTML form; `malformed` or `too_large` where it is none."""
    try:
        return dict(parse_qsl((await received(request)).decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise malformed("This is no form of ours.") from None


async def received(request: Request, most: int = COMMAND_BYTES) -> bytes:
    """The body of a request; `too_large` beyond so many bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refusal(Code.TOO_LARGE, f"A request here may have at most {most} bytes.", "Split it into several.")
    return bytes(body)


class RateLimit:
    """Counts what a member sends within a second; 0 switches it off."""

    def __init__(self, per_second: int, name: str) -> None:
        self.per_second, self.name = per_second, name
        self._counted: dict[str, tuple[int, int]] = {}

    def count(self, member_id: str) -> None:
        """Count one more; `too_many` names the limit."""
        if not self.per_second:
            return
        second = int(time.monotonic())
        counted_in, count = self._counted.get(member_id, (second, 0))
        count = count + 1 if counted_in == second else 1
        if len(self._counted) > 10_000:
            self._counted.clear()
        self._counted[member_id] = (second, count)
        if count > self.per_second:
            raise Refusal(
                Code.TOO_MANY,
                f"At most {self.per_second} a second are taken from one member ({self.name}).",
                "Wait a second and send it again with the same command_id.",
            )
