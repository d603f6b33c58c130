"""What the pages of an agreement show of its partnership: needs that clauses may serve, principles that objections may
cite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class SharedNeed:
    """A need in a few words. standing: it was not withdrawn."""

    need_id: str
    party_id: str
    text: str
    standing: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """needs: by id, in the order of their disclosure; principles: the words of every one, by id; adopted: those of them
    that both have adopted."""

    needs: Mapping[str, SharedNeed] = field(default_factory=dict)
    principles: Mapping[str, str] = field(default_factory=dict)
    adopted: frozenset[str] = frozenset()

    @property
    def mark(self) -> str:
        """Tells what is shown from what was shown before a need or a principle changed."""
        told = repr((sorted(self.needs.items()), sorted(self.principles.items()), sorted(self.adopted)))
        return sha256(told.encode()).hexdigest()[:12]

    @property
    def standing(self) -> list[SharedNeed]:
        return [each for each in self.needs.values() if each.standing]
