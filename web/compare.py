"""Two moments of an agreement beside each other: clause by clause, by word, with what was moved as moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from domain.diff import Op, Run, redline
from web.view import Body
from web.visible import redlined


class Compared(NamedTuple):
    """A clause at both moments, None where it was not there. moved: it has another place among those that stand at
    both; was: the place that it had."""

    before: Body | None
    after: Body | None
    moved: bool = False
    was: int | None = None

    @property
    def what(self) -> str:
        """added, removed, agreed (its first words), changed, moved or same."""
        if self.before is None or self.after is None:
            return "removed" if self.after is None else "added"
        if self.after["version"] and not self.before["version"]:
            return "agreed"
        if any(self.before[each] != self.after[each] for each in ("heading", "text", "value")):
            return "changed"
        return "moved" if self.moved else "same"

    @property
    def term(self) -> Body:
        found = self.after or self.before
        assert found
        return found

    def runs(self, name: str) -> list[Run]:
        """The heading or the text by word: what was struck out and what was put in."""
        return redline(_of(self.before, name), _of(self.after, name))

    def side(self, name: str, without: str) -> Markup:
        """One of both sides: the redline without what the other one has, inserted or deleted."""
        return redlined(run for run in self._shown(name) if run.op != without)

    def inline(self, name: str) -> Markup:
        """The same as a redline."""
        return redlined(self._shown(name))

    def _shown(self, name: str) -> list[Run]:
        """What is new as a whole is told so, and not marked word for word."""
        if self.what in ("added", "agreed"):
            return [Run(Op.SAME, _of(self.after, name))]
        return self.runs(name)


def _of(term: Body | None, name: str) -> str:
    return str(term[name] or "") if term else ""


def compared(before: Sequence[Body], after: Sequence[Body]) -> list[Compared]:
    """Every clause of both moments, in the order of the later one; what is gone stands after what it stood after."""
    then, now = _by_id(before), _by_id(after)
    places = {term_id: place for place, term_id in enumerate(then)}
    stayed = _in_order([places[each] for each in now if each in then])
    found = [
        Compared(then.get(term_id), term, term_id in places and places[term_id] not in stayed, places.get(term_id))
        for term_id, term in now.items()
    ]
    return list(_with_gone(found, then, places))


def _by_id(terms: Sequence[Body]) -> Mapping[str, Body]:
    return {each["term_id"]: each for each in terms}


def _with_gone(found: Sequence[Compared], then: Mapping[str, Body], places: Mapping[str, int]) -> Iterator[Compared]:
    """With what is gone, right after the last that stood before it."""
    stays = {each.term["term_id"] for each in found}
    gone_after: dict[str | None, list[Compared]] = {}
    last = None
    for term_id, term in then.items():
        if term_id in stays:
            last = term_id
        else:
            gone_after.setdefault(last, []).append(Compared(term, None, was=places[term_id]))
    yield from gone_after.get(None, ())
    for each in found:
        yield each
        yield from gone_after.get(each.term["term_id"], ())


def _in_order(places: Sequence[int]) -> set[int]:
    """As many of some places as can be that follow each other upwards: whoever is not among them was moved."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for number, place in enumerate(places):
        at = bisect_left(ends, place)
        before.append(last[at - 1] if at else None)
        ends[at : at + 1] = [place]
        last[at : at + 1] = [number]
    return {places[each] for each in _back(last[-1] if last else None, before)}


def _back(number: int | None, before: Sequence[int | None]) -> Iterator[int]:
    while number is not None:
        yield number
        number = before[number]
