"""PostgreSQL goes away and comes back: what was not recorded is said to be, and the node heals by itself."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
from websockets.asyncio.client import connect

from tests.databases import fresh_url
from tests.server.conftest import pair_on
from tests.server.served import Served


def admitting(url: str, *, connections: bool) -> None:
    """Let connections to a database in, or refuse new ones and cut those that there are."""
    name = urlsplit(url).path.lstrip("/")
    admin = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {connections}")  # type: ignore[arg-type]
        if not connections:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


async def test_a_node_heals_when_its_store_comes_back(tmp_path: Path) -> None:
    url = fresh_url("postgresql", tmp_path)
    node = Served(url)
    pair = pair_on(node)
    headers = {"Authorization": f"Bearer {pair.cid.token}"}
    async with connect(pair.live_url, additional_headers=headers, max_queue=None) as cid:
        admitting(url, connections=False)
        during = await asyncio.to_thread(pair.ada.post, "open_term", "c1", heading="1 Hours")
        assert during.status_code == 500
        assert "same command_id" in during.json()["next"]
        ready = await asyncio.to_thread(httpx.get, f"{node.url}/readyz", timeout=20)
        assert ready.status_code == 503
        await asyncio.sleep(3)  # the outage lasts: whoever retries meets it again
        admitting(url, connections=True)
        for _ in range(60):
            after = await asyncio.to_thread(pair.ada.post, "open_term", "c1", heading="1 Hours")
            if after.status_code in (200, 201):
                break
            await asyncio.sleep(0.5)  # the pool finds its connections again
        assert after.status_code in (200, 201), after.text
        versions: list[int] = []
        while not versions:
            frame = json.loads(await asyncio.wait_for(cid.recv(), 30))
            versions += [frame["version"]] if frame["type"] == "event" else []
        assert versions == [2]
        assert (await asyncio.to_thread(pair.cid.get))["version"] == 2
        assert (await asyncio.to_thread(httpx.get, f"{node.url}/readyz", timeout=20)).status_code == 200
    node.stop()
