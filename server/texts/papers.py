"""Papers are set one at a time, in a thread of their own: whoever asks for many keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import orjson

from domain.refusals import Code, Refusal
from server.texts.pdf import Typesetter

MOST_WAITING, OF_ONE = 16, 3
"""Papers that are waited for, by all who ask and by one of them."""
KEPT = 16 * 1024 * 1024
"""Bytes of the papers that were set last, which are set once however many ask for them."""

_Paper = asyncio.Future[bytes]


class Papers:
    """Sets papers in turn, and keeps the last ones."""

    def __init__(self, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._turns = ThreadPoolExecutor(1, "papers")
        self._on_its_way: dict[bytes, _Paper] = {}
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._waiting: Counter[str] = Counter()

    async def paper(self, name: str, data: dict[str, Any], at: datetime, asker: str) -> bytes:
        """The bytes of a PDF. name: of its layout; at: the date of the document; asker: whose papers are counted
        together. Refuses with `too_many` where too many wait already."""
        key = await asyncio.to_thread(lambda: hashlib.sha256(orjson.dumps([name, at, data])).digest())
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._on_its_way:
            if self._waiting.total() >= MOST_WAITING or self._waiting[asker] >= OF_ONE:
                raise Refusal(Code.TOO_MANY, "Many papers are being made just now.", "Try again in a few seconds.")
            self._begin(key, asker, name, data, at)
        return await asyncio.shield(self._on_its_way[key])

    def _begin(self, key: bytes, asker: str, name: str, data: dict[str, Any], at: datetime) -> None:
        making = asyncio.get_running_loop().run_in_executor(self._turns, self._typesetter.paper, name, data, at)
        self._on_its_way[key] = making
        self._waiting[asker] += 1
        making.add_done_callback(lambda made: self._made(key, asker, made))

    def _made(self, key: bytes, asker: str, made: _Paper) -> None:
        del self._on_its_way[key]
        self._waiting -= Counter((asker,))
        if made.cancelled() or made.exception():
            return
        self._kept[key] = made.result()
        while sum(map(len, self._kept.values())) > KEPT:
            self._kept.popitem(last=False)

    def stop(self) -> None:
        """Nothing more is set; whoever waits is told so by a fault."""
        self._turns.shutdown(wait=False, cancel_futures=True)
