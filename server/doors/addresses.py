"""Where streams stand in the API, and which of them an address means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.relationship import Member


def by_its_id(kind: str) -> Callable[[Mapping[str, str], Member], str]:
    """The stream is named by its id in the address."""
    return lambda parts, _: parts[f"{kind}_id"]


@dataclass(frozen=True, slots=True)
class Address:
    """path: with the names of its parts in braces; means: the stream that is meant, by the parts and the asker."""

    path: str
    means: Callable[[Mapping[str, str], Member], str]


ADDRESSES: dict[str, Address] = {
    kind: Address(f"/api/v1/{kind}s/{{{kind}_id}}", by_its_id(kind)) for kind in ("agreement", "partnership")
}
"""By the kind of stream."""
