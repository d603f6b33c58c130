"""Two nodes on one PostgreSQL behind a real Caddy, with the Caddyfile that ships."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.conftest import ONETEXT
from tests.databases import fresh_url
from tests.server.test_signing_in import free_port

CADDYFILE = Path(__file__).parent.parent.parent / "Caddyfile"


@dataclass
class Node:
    """A served node: its process and its own address."""

    process: subprocess.Popen[str]
    url: str
    host_token: str

    def connections(self) -> int:
        found = re.search(r"^onetext_connections (\d+)", httpx.get(f"{self.url}/metrics").text, re.MULTILINE)
        assert found
        return int(found[1])


@dataclass
class House:
    """Both nodes, and the address in front of them."""

    nodes: list[Node]
    url: str


def start_node(database: str) -> Node:
    process = subprocess.Popen(
        [ONETEXT, "serve", "--port", "0", "--database", database],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"ONETEXT_RATE_COMMANDS": "0"},
    )
    assert process.stdout
    url = process.stdout.readline().split()[-1]
    assert url.startswith("http://"), "the node did not start"
    token = subprocess.run([ONETEXT, "host-token", "--database", database], capture_output=True, text=True, check=True)
    return Node(process, url, token.stdout.strip())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    caddy = shutil.which("caddy")
    assert caddy, "Caddy is missing: apt-get install caddy"
    database = fresh_url("postgresql", tmp_path)
    subprocess.run([ONETEXT, "migrate", "--database", database], check=True)
    nodes = [start_node(database), start_node(database)]
    site = f"http://127.0.0.1:{free_port()}"
    environment = {
        "ONETEXT_SITE": site,
        "ONETEXT_NODES": " ".join(node.url.removeprefix("http://") for node in nodes),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    config = tmp_path / "Caddyfile"
    config.write_text("{\n\tadmin off\n}\n" + CADDYFILE.read_text())
    proxy = subprocess.Popen(
        [caddy, "run", "--adapter", "caddyfile", "--config", str(config)],
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )
    transport = httpx.HTTPTransport(retries=10)
    with httpx.Client(transport=transport) as client:
        assert client.get(f"{site}/readyz", timeout=20).status_code == 200
    yield House(nodes, site)
    for process in (proxy, *(node.process for node in nodes)):
        process.terminate()
        process.wait(20)


class Negotiator:
    """A program that stays connected through Caddy and keeps the versions it was sent."""

    def __init__(self, house: House, agreement_id: str, token: str, address: str) -> None:
        self.live = f"{house.url.replace('http', 'ws')}/agreements/{agreement_id}/live"
        self.token, self.address = token, address
        self.versions: list[int] = []
        self.recorded: set[str] = set()
        self.socket: ClientConnection | None = None
        self._news = asyncio.Event()

    async def enter(self) -> None:
        self.socket = await connect(
            f"{self.live}?after={self.versions[-1] if self.versions else 0}",
            additional_headers={"Authorization": f"Bearer {self.token}"},
            local_addr=(self.address, 0),
            max_queue=None,
        )

    async def stay(self) -> None:
        """Take what comes; connect again when the connection breaks."""
        while True:
            assert self.socket
            try:
                async for text in self.socket:
                    self._take(json.loads(text))
            except ConnectionClosed:
                pass
            while True:
                try:
                    await self.enter()
                    break
                except (InvalidStatus, OSError, TimeoutError):  # the proxy has not noticed yet
                    await asyncio.sleep(0.05)

    async def opens_terms(self, count: int) -> None:
        """Each sent until it is recorded, with the same command_id."""
        for _ in range(count):
            command = {"command_id": str(uuid.uuid4()), "type": "open_term", "heading": "1 Hours"}
            while command["command_id"] not in self.recorded:
                try:
                    assert self.socket
                    await self.socket.send(json.dumps(command))
                    await asyncio.wait_for(self._until(command["command_id"]), 2)
                except (ConnectionClosed, TimeoutError):
                    await asyncio.sleep(0.05)

    async def _until(self, command_id: str) -> None:
        while command_id not in self.recorded:
            await self._more()

    async def _more(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def has_seen(self, version: int) -> None:
        while not self.versions or self.versions[-1] < version:
            await self._more()

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "event":
            self.versions.append(frame["version"])
        if frame["type"] == "recorded":
            self.recorded.add(frame["command_id"])
        self._news.set()


async def test_events_reach_members_on_both_nodes_once_and_one_node_dies(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        formed = await http.post(
            "/api/v1/partnerships",
            headers={"Authorization": f"Bearer {house.nodes[0].host_token}"},
            json={"kind": "alliance", "purpose": "To try it", "parties": [{"name": "One"}, {"name": "Other"}]},
        )
        tokens = list(formed.json()["tokens"].values())
        path = f"/api/v1/partnerships/{formed.json()['partnership_id']}/agreements"
        opened = await http.post(path, headers={"Authorization": f"Bearer {tokens[0]}"}, json={"title": "Claims line"})
    agreement_id = opened.json()["agreement_id"]

    first = Negotiator(house, agreement_id, tokens[0], "127.0.0.1")
    await first.enter()
    here, there = sorted(house.nodes, key=lambda node: -node.connections())
    for last in range(2, 40):  # Caddy chooses the node by the address of the client
        second = Negotiator(house, agreement_id, tokens[1], f"127.0.0.{last}")
        await second.enter()
        if there.connections():
            break
        assert second.socket
        await second.socket.close()
    assert here.connections() == there.connections() == 1

    staying = [asyncio.create_task(each.stay()) for each in (first, second)]
    await asyncio.gather(first.opens_terms(25), second.opens_terms(25))
    there.process.send_signal(signal.SIGKILL)
    await asyncio.gather(first.opens_terms(25), second.opens_terms(25))
    async with asyncio.timeout(20):
        await asyncio.gather(first.has_seen(101), second.has_seen(101))
    assert first.versions == second.versions == list(range(1, 102))
    assert here.connections() == 2
    for task in staying:
        task.cancel()
