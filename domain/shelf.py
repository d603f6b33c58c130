"""A dictionary of immutable things that remembers which of them changed."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Shelf(dict[K, V]):
    """Every change goes through item assignment or deletion, so that the projector sees what an event changed.

    The things are named tuples: replacing a field takes a fifth of what it takes with a frozen data class.
    changed: the keys that were put or taken away since it was emptied, and whether each was new then."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: dict[K, bool] = {}

    def __setitem__(self, key: K, thing: V) -> None:
        self.changed.setdefault(key, key not in self)
        super().__setitem__(key, thing)

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self.changed.setdefault(key, False)
