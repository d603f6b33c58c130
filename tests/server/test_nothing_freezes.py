"""One member cannot freeze a node: the largest that may be sent lets everybody else go on, and beyond it is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.server.conftest import pair_on
from tests.server.served import Served

STALL = 0.1
"""Seconds for which /healthz may wait, beyond what it waits on an idle node of the same machine at that moment."""


class Pulse:
    """Asks /healthz again and again; waits: how long each answer took."""

    def __init__(self, url: str) -> None:
        self.url, self.waits, self._ending = url, list[float](), threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        with httpx.Client(base_url=self.url, timeout=60) as client:
            while not self._ending.is_set():
                started = time.perf_counter()
                assert client.get("/healthz").status_code == 200
                self.waits.append(time.perf_counter() - started)
                self._ending.wait(0.005)

    @contextmanager
    def beating(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._ending.set()
            self._thread.join(60)


def longest_wait(node: Served, act: Callable[[], Any]) -> float:
    """The longest that /healthz waited while something was done."""
    pulse = Pulse(node.url)
    with pulse.beating():
        act()
    assert len(pulse.waits) > 5
    return max(pulse.waits)


def test_the_largest_import_stalls_nobody(database_url: str) -> None:
    node = Served(database_url, import_clauses=5000)
    pair = pair_on(node)
    text = "\n".join(f"# {n} H" for n in range(1, 5001))
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}/agreements"
    waits = [
        longest_wait(node, lambda: pair.ada.http.post(path, json={"title": "T", "markdown": text})) for _ in range(2)
    ]
    beyond = pair.ada.http.post(path, json={"title": "T", "markdown": f"{text}\n# 5001 H"})
    assert (beyond.status_code, beyond.json()["code"]) == (413, "too_large")
    assert "5000" in beyond.json()["detail"]
    assert "ONETEXT_IMPORT_CLAUSES" in beyond.json()["detail"]
    print(waits)
    node.stop()
