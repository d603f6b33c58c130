"""What a projection says of one thing after one event."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """sort: its place among its kind; shown: whether it is part of the present; body: JSON values; of: the thing that
    it belongs to, where its table tells that."""

    sort: str
    shown: bool
    body: dict[str, Any]
    of: str | None = None


def by_version(version: int) -> str:
    """A sort key in the order of events."""
    return f"{version:012d}"
