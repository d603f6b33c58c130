"""What the measurements share: a served node on a core of its own, programs that talk to it, and lean sockets."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect

ONETEXT = Path(sys.executable).with_name("onetext")
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
SERVER_CORE, LOAD_CORE = {CORES[0]}, {CORES[-1]}
UNLIMITED = {"ONETEXT_RATE_COMMANDS": "0", "ONETEXT_RATE_REQUESTS": "0"}


def on_core(cores: set[int]) -> None:
    """Keep this process, and what it starts, on a core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def on_every_core() -> None:
    """Let this process use all that the machine has."""
    on_core(set(CORES))


@contextmanager
def process(command: Sequence[object]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on its core, and the address that it prints at the end of its first line."""
    started = subprocess.Popen(
        [str(each) for each in command],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | UNLIMITED,
        preexec_fn=lambda: on_core(SERVER_CORE),
    )
    assert started.stdout
    url = started.stdout.readline().split()[-1]
    try:
        yield started, url
    finally:
        started.terminate()
        started.wait(30)


@dataclass
class House:
    """A served node with a partnership of two programs."""

    url: str
    pid: int
    partnership_id: str
    tokens: list[str]

    def http(self, side: int) -> httpx.AsyncClient:
        """A client of one party's program."""
        says = {"Authorization": f"Bearer {self.tokens[side]}"}
        return httpx.AsyncClient(base_url=self.url, headers=says, timeout=60)

    async def open_agreement(self, **more: Any) -> str:
        async with self.http(0) as ada:
            path = f"/api/v1/partnerships/{self.partnership_id}/agreements"
            answer = await ada.post(path, json={"title": "Measured", **more})
            return str(answer.raise_for_status().json()["agreement_id"])

    def live(self, agreement_id: str, side: int, html: bool = False, after: int | None = None) -> connect:
        """A live socket of one party's program on an agreement."""
        return self._live(f"agreements/{agreement_id}", side, html, after)

    def live_home(self, side: int, *, html: bool = False) -> connect:
        """A live socket of one party's program on the partnership."""
        return self._live(f"partnerships/{self.partnership_id}", side, html, None)

    def _live(self, stream: str, side: int, html: bool, after: int | None) -> connect:
        query = "" if after is None else f"?after={after}"
        return connect(
            f"{self.url.replace('http', 'ws')}/{stream}/live{query}",
            additional_headers={"Authorization": f"Bearer {self.tokens[side]}"},
            subprotocols=["onetext.html.v1" if html else "onetext.json.v1"],  # type: ignore[list-item]
            compression=None,
            max_size=None,
            max_queue=None,
        )

    def memory(self) -> int:
        """Resident bytes of the server."""
        return resident(self.pid)

    def processor_seconds(self) -> float:
        """Processor time that the server has taken, in all its threads, in user and in system mode."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def house(database: str, known: House | None = None) -> Iterator[House]:
    """Serve a database with a new partnership, or again with one that is known."""
    token = subprocess.run([ONETEXT, "host-token", "--database", database], capture_output=True, text=True, check=True)
    with process([ONETEXT, "serve", "--port", "0", "--database", database]) as (server, url):
        if known:
            yield House(url, server.pid, known.partnership_id, known.tokens)
            return
        formed = httpx.post(
            f"{url}/api/v1/partnerships",
            headers={"Authorization": f"Bearer {token.stdout.strip()}"},
            json={"kind": "alliance", "purpose": "To measure", "parties": [{"name": "One"}, {"name": "Other"}]},
            timeout=60,
        ).raise_for_status()
        body = formed.json()
        tokens = [body["tokens"][party["party_id"]] for party in body["parties"]]
        yield House(url, server.pid, body["partnership_id"], tokens)


def resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no such process")


def command(kind: str, **fields: Any) -> dict[str, Any]:
    return {"command_id": str(uuid.uuid4()), "type": kind, **fields}


async def recorded(socket: ClientConnection, command_id: str) -> dict[str, Any]:
    """The frame that says what became of a command."""
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame.get("command_id") == command_id:
            assert frame["type"] == "recorded", frame
            return frame


class Counting(asyncio.Protocol):
    """A WebSocket reduced to what a crowd costs: it shakes hands and counts how often a mark comes by."""

    def __init__(self, request: bytes, mark: bytes, enough: int) -> None:
        self._request, self._mark, self._enough = request, mark, enough
        self._rest = b""
        self.count = 0
        loop = asyncio.get_running_loop()
        self.open: asyncio.Future[None] = loop.create_future()
        self.done: asyncio.Future[float] = loop.create_future()
        self.transport: asyncio.Transport | None = None

    def expect(self, more: int) -> None:
        """Count anew, up to so many."""
        self.count, self._enough = 0, more
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.open.done() and b"\r\n\r\n" in data:
            assert b" 101 " in data[:20], data[:200]
            self.open.set_result(None)
        joined = self._rest + data
        self.count += joined.count(self._mark)
        self._rest = joined[-(len(self._mark) - 1) :]
        if self.count >= self._enough and not self.done.done():
            self.done.set_result(time.perf_counter())


async def crowd(url: str, path: str, token: str, size: int, mark: bytes, enough: int) -> list[Counting]:
    """So many counting sockets, opened at once."""
    at = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    made = await asyncio.gather(
        *(loop.create_connection(lambda: Counting(request, mark, enough), at.hostname, at.port) for _ in range(size))
    )
    return [protocol for _, protocol in made]


def disperse(members: Sequence[Counting]) -> None:
    for each in members:
        if each.transport:
            each.transport.abort()


@asynccontextmanager
async def sockets(*opening: connect) -> AsyncIterator[list[ClientConnection]]:
    """Several live sockets."""
    opened = [await each for each in opening]
    try:
        yield opened
    finally:
        for each in opened:
            await each.close()


def at_percent(seconds: Sequence[float], percent: float) -> float:
    """A percentile, in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000
