"""The order of the terms in the text: each has a sort key between those of its neighbours."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from fractional_indexing import generate_key_between

from domain.ids import TermId


class TextOrder:
    """The terms that stand in the text, in order. Keys compare by their bytes."""

    def __init__(self) -> None:
        self._sorted: list[tuple[str, TermId]] = []
        self._keys: dict[TermId, str] = {}

    def __iter__(self) -> Iterator[TermId]:
        return (term_id for _, term_id in self._sorted)

    def __contains__(self, term_id: object) -> bool:
        return term_id in self._keys

    def __len__(self) -> int:
        return len(self._sorted)

    def last(self) -> TermId | None:
        """The term at the end of the text."""
        return self._sorted[-1][1] if self._sorted else None

    def put(self, term_id: TermId, after: TermId | None) -> str:
        """Put a term after another, or at the beginning; returns its sort key."""
        self.take_out(term_id)
        at = 0 if after is None else bisect_left(self._sorted, (self._keys[after], after)) + 1
        before_key = self._sorted[at - 1][0] if at > 0 else None
        after_key = self._sorted[at][0] if at < len(self._sorted) else None
        key: str = generate_key_between(before_key, after_key)
        insort(self._sorted, (key, term_id))
        self._keys[term_id] = key
        return key

    def take_out(self, term_id: TermId) -> None:
        """Take a term out of the text, if it stands in it."""
        key = self._keys.pop(term_id, None)
        if key is not None:
            del self._sorted[bisect_left(self._sorted, (key, term_id))]
