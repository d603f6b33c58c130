"""Who is who in a partnership, as pages name them: names live outside the log and may be erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A member by name."""

    member_id: str
    party_id: str
    name: str
    observer: bool = False
    signs: bool = False
    """Whether the member is a signatory."""
    mandates: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """What the member may do, each with the ids of the terms that it is for, None for all."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Names of members and parties by id, and the members in the order of their admission."""

    names: Mapping[str | None, str]
    people: Sequence[Person] = ()
