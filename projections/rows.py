"""What a projection says of one thing after one event."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """sort: its place among its kind; shown: whether it is part of the present; body: JSON values; found_by: what its
    table has besides, by which it is looked for."""

    sort: str
    shown: bool
    body: dict[str, Any]
    found_by: str | int | None = None


def by_version(version: int) -> str:
    """A sort key in the order of events."""
    return f"{version:012d}"
