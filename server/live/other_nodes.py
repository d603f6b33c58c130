"""What the nodes on one PostgreSQL tell each other beside the log: who is present, and who signed out.

Each message is a NOTIFY of its own, small whatever the number of members. Nothing of it is kept: a node that starts
asks the others, and what a node said is forgotten when it was not heard for a while.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from server.logs import log

CHANNEL = "onetext_nodes"
ALIVE_SECONDS = 5
"""How often a node says that it is there."""
FORGOTTEN_SECONDS = 3 * ALIVE_SECONDS
RETRY_SECONDS = 1

Members = dict[str, str | None]
"""Members who are shown as present, with the term that each looks at."""


class OtherNodes:
    """Lives in the event loop. On SQLite, where there is one node, it does nothing.

    present: told of a stream whose members elsewhere changed; signed_out: told of a member, and of the session,
    None for all of them; listening: awaited whenever it hears the others again, for what was said meanwhile.
    """

    def __init__(
        self,
        url: str | None,
        present: Callable[[str], None],
        signed_out: Callable[[str, str | None], None],
        listening: Callable[[], Awaitable[None]],
    ) -> None:
        self._url, self._present, self._signed_out, self._listening = url, present, signed_out, listening
        self._me = uuid.uuid4().hex
        self._here: dict[str, Members] = {}
        self._there: dict[str, dict[str, Members]] = {}
        self._heard: dict[str, float] = {}
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        if self._url:
            for work in (self._listen(self._url), self._speak(self._url), self._stay_alive()):
                self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def members(self, stream: str) -> Members:
        """Who is present in a room on other nodes."""
        found: Members = {}
        for rooms in self._there.values():
            found |= rooms.get(stream, {})
        return found

    def announce(self, stream: str, members: Mapping[str, str | None]) -> None:
        """Tell the others who is present in a room on this node, as far as they do not know yet."""
        if not self._url:
            return
        before = self._here.get(stream, {})
        for member_id, at in members.items():
            if member_id not in before or before[member_id] != at:
                self._say("present", stream=stream, member_id=member_id, at=at)
        for member_id in before.keys() - members.keys():
            self._say("absent", stream=stream, member_id=member_id)
        if members:
            self._here[stream] = dict(members)
        else:
            self._here.pop(stream, None)

    def announce_sign_out(self, member_id: str, session_id: str | None) -> None:
        """Tell the others to close the sockets of a session, or of all sessions of a member."""
        self._say("signed_out", member_id=member_id, session_id=session_id)

    def _say(self, kind: str, **about: Any) -> None:
        if self._url:
            self._outgoing.put_nowait(orjson.dumps({"node": self._me, "kind": kind, **about}))

    def _say_all(self) -> None:
        for stream, members in self._here.items():
            for member_id, at in members.items():
                self._say("present", stream=stream, member_id=member_id, at=at)

    def _take(self, said: dict[str, Any]) -> None:
        node, kind = said["node"], said["kind"]
        if node == self._me:
            return
        if kind == "gone":
            self._forget(node)
            return
        self._heard[node] = time.monotonic()
        if kind == "asks":
            self._say_all()
        elif kind == "signed_out":
            self._signed_out(said["member_id"], said["session_id"])
        elif kind in ("present", "absent"):
            members = self._there.setdefault(node, {}).setdefault(said["stream"], {})
            if kind == "present":
                members[said["member_id"]] = said["at"]
            else:
                members.pop(said["member_id"], None)
                if not members:
                    del self._there[node][said["stream"]]
            self._present(said["stream"])

    def _forget(self, node: str) -> None:
        self._heard.pop(node, None)
        for stream in self._there.pop(node, {}):
            self._present(stream)

    async def _stay_alive(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_SECONDS)
            self._say("alive")
            for node, heard in list(self._heard.items()):
                if time.monotonic() - heard > FORGOTTEN_SECONDS:
                    self._forget(node)

    async def _listen(self, url: str) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._say("asks")
                    await self._listening()
                    async for notify in connection.notifies():
                        self._take(orjson.loads(notify.payload))
            except (psycopg.Error, OSError, SQLAlchemyError):
                await asyncio.sleep(RETRY_SECONDS)

    async def _speak(self, url: str) -> None:
        """Say what is to be said; after a lost connection what was not said, and who is present."""
        unsaid: bytes | None = None
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    self._say_all()
                    while True:
                        unsaid = unsaid or await self._outgoing.get()
                        await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, unsaid.decode()))
                        unsaid = None
            except asyncio.CancelledError:
                await self._say_goodbye(url)
                raise
            except (psycopg.Error, OSError):
                await asyncio.sleep(RETRY_SECONDS)

    async def _say_goodbye(self, url: str) -> None:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                said = orjson.dumps({"node": self._me, "kind": "gone"}).decode()
                await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, said))
        except (psycopg.Error, OSError):
            log.info("the other nodes could not be told that this one stops; they will notice")
