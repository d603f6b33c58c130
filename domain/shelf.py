"""A dictionary of immutable things that remembers which of them changed."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Shelf(dict[K, V]):
    """Every change goes through item assignment or deletion, so that the projector sees what an event changed."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: dict[K, None] = {}

    def __setitem__(self, key: K, thing: V) -> None:
        super().__setitem__(key, thing)
        self.changed[key] = None

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self.changed[key] = None
