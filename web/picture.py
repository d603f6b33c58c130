"""The course of a negotiation as a picture: time from left to right, one lane a clause, each mark above what it bears
upon (a counter above the offer, an objection above the counter, what settled it above that), so that what belongs
together and what came first are read at once. Parties are told apart by shape as well as by colour."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from domain.times import moment_of
from projections.course import Conflict, Drawn
from web.wording import gettext, ngettext

LEFT, RIGHT, TOP, BOTTOM = 190.0, 24.0, 30.0, 12.0
"""Beside the lanes: their names, and the days above them."""
WHOLE = ""
"""The lane of the whole text."""
EDGE = LEFT - 8
"""Where the names end."""
SHEET, SMALLEST = 1000.0, 4
"""About how wide a sheet of paper is, and by how much a picture is made smaller for it at most."""
STEP, WIDEST, NARROWEST = 11.0, 3600.0, 700.0
"""Between two marks, where there is room; about how wide the lanes may get, and are where few marks leave room (half
of it between marks of one time)."""
RISE, LEAST = 11.0, 24.0
"""How much higher what bears upon something stands; and the height of a lane with one level."""
ALIKE = 0.22
"""Of a step, between two marks by which a party does the same on one clause after another."""
QUIET = 26.0
"""How wide a quiet stretch is at most, however long it was."""
CONFLICTS = 84.0
"""How high the steps of open objections are, with what parts them from the lanes."""


class Placed(NamedTuple):
    """A mark with its place."""

    mark: Drawn
    x: float
    y: float


class Picture:
    """headings: of the clauses in the order of the text; sides: "a" or "b" by party; zoom: 1 as wide as it needs;
    conflicts: the objections, drawn below as how many stood."""

    def __init__(
        self,
        marks: Sequence[Drawn],
        headings: Mapping[str, str],
        sides: Mapping[str, str],
        zoom: float = 1.0,
        conflicts: Sequence[Conflict] = (),
    ) -> None:
        self._sides, self._conflicts = sides, conflicts
        self._marks = sorted(marks, key=lambda each: each.version)
        self._versions = [each.version for each in self._marks]
        self._levels = _levels(self._marks)
        highest: dict[str, int] = {}
        for each in self._marks:
            for term_id in _lanes_of(each):
                highest[term_id] = max(highest.get(term_id, 0), self._levels[each.version])
        self.lanes = {term_id: heading for term_id, heading in headings.items() if term_id in highest}
        if WHOLE in highest:
            self.lanes[WHOLE] = gettext("The whole text")
        count = max(len(self._marks), 1)
        step = zoom * max(0.7, min(STEP, WIDEST / count), min(2 * STEP, NARROWEST / 2 / count))
        self._x, self.folds = _along(self._marks, step, QUIET * zoom)
        self.width = LEFT + max(self._x.values(), default=0.0) + RIGHT
        self._bottoms: dict[str, float] = {}
        y = TOP
        for term_id in self.lanes:
            y += LEAST + RISE * highest[term_id]
            self._bottoms[term_id] = y
        self._ground = y + (CONFLICTS if conflicts else 0)
        self.height = self._ground + BOTTOM

    def drawn(self) -> Markup:
        """The picture as two SVG elements, the names of the lanes, which stay where they are, and the lanes beside
        them; each mark leads to its event."""
        lanes = [*self._lanes(), *self._folds(), *self._days(), *self._marks_drawn(), *self._conflicts_drawn()]
        return self._part("names", 0, EDGE, self._names()) + self._part("lanes", EDGE, self.width, lanes)

    def _part(self, name: str, left: float, right: float, drawn: Iterable[str]) -> Markup:
        width, height = f"{right - left:.0f}", f"{self.height:.0f}"
        return Markup(
            f'<svg class="course {name}" role="group" width="{width}" height="{height}" '
            f'viewBox="{left:.0f} 0 {width} {height}" preserveAspectRatio="xMinYMin slice">{"".join(drawn)}</svg>'
        )

    @property
    def sheets(self) -> int:
        """How many times as wide as a sheet of paper it is, up to the most that it can be made smaller for."""
        return min(max(math.ceil(self.width / SHEET), 1), SMALLEST)

    def _names(self) -> Iterator[str]:
        for term_id, heading in self.lanes.items():
            y = self._bottoms[term_id] - 4
            name = heading if len(heading) <= 26 else f"{heading[:25].rstrip()}…"
            yield f'<text class="lane-name" x="0" y="{y:.1f}">{escape(name)}<title>{escape(heading)}</title></text>'
        if self._conflicts:
            y = self._ground - 4
            told = gettext("Open objections")
            most = max(count for _, count in self._standing(self._conflicts))
            highest = ngettext("at most one at a time", "at most %(count)s at a time", most)
            yield f'<text class="lane-name" x="0" y="{y - 14:.1f}">{told}</text>'
            yield f'<text class="day" x="0" y="{y:.1f}">{highest}</text>'

    def _lanes(self) -> Iterator[str]:
        for y in (*self._bottoms.values(), *([self._ground] if self._conflicts else [])):
            yield f'<line class="lane" x1="{EDGE:.0f}" x2="{self.width - 8:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'

    def _folds(self) -> Iterator[str]:
        for x, days in self.folds:
            yield (
                f'<g class="fold"><line x1="{LEFT + x:.1f}" x2="{LEFT + x:.1f}" y1="{TOP - 8:.1f}" '
                f'y2="{self.height - BOTTOM:.1f}"/><title>{days} d</title></g>'
            )

    def _days(self) -> Iterator[str]:
        """The day at the first mark of each, where there is room to read it."""
        before, free = "", -1.0
        for each in self._marks:
            day, x = each.at[:10], LEFT + self._x[each.version]
            if day != before and x > free:
                end = ' text-anchor="end"' if x + 62 > self.width else ""
                yield f'<text class="day" x="{x:.1f}" y="12"{end}>{day}</text>'
                free = x + 74
            before = day

    def _marks_drawn(self) -> Iterator[str]:
        placed: dict[tuple[int, str], Placed] = {}
        for mark in self._marks:
            for term_id in _lanes_of(mark):
                if term_id not in self._bottoms:
                    continue
                y = self._bottoms[term_id] - 9 - RISE * self._levels[mark.version]
                place = Placed(mark, LEFT + self._x[mark.version], y)
                placed[mark.version, term_id] = place
                if below := placed.get((mark.on or 0, term_id)):
                    yield (f'<path class="bears" d="M{below.x:.1f} {below.y:.1f}V{place.y:.1f}H{place.x:.1f}"/>')
        for (version, _), place in placed.items():
            side = self._sides.get(place.mark.party_id or "", "none")
            yield (
                f'<a href="./?as_of={place.mark.end or version}#event-{version}" class="{place.mark.kind} side-{side}">'
                f"{self._shape(place)}<title>{escape(place.mark.told)}</title></a>"
            )

    def _conflicts_drawn(self) -> Iterator[str]:
        """How many objections stood, and of these how many blocked, as steps below the lanes."""
        if not self._conflicts:
            return
        all_of_them = self._standing(self._conflicts)
        most = max(count for _, count in all_of_them)
        rise = min(RISE, (CONFLICTS - LEAST) / most)
        blocking = self._standing([each for each in self._conflicts if each.is_blocking])
        for kind, steps in (("standing", all_of_them), ("blocking", blocking)):
            way = "".join(f"H{LEFT + x:.1f}V{self._ground - rise * count:.1f}" for x, count in steps)
            yield (
                f'<path class="conflicts {kind}" d="M{LEFT:.1f} {self._ground:.1f}{way}'
                f'H{self.width - RIGHT + 8:.1f}V{self._ground:.1f}Z"/>'
            )

    def _standing(self, conflicts: Sequence[Conflict]) -> list[tuple[float, int]]:
        """After each change, from left to right: where it stands, and how many stood then."""
        changes = [(each.raised, 1) for each in conflicts]
        changes += [(each.ended, -1) for each in conflicts if each.ended is not None]
        found, count, x = [], 0, 0.0
        for version, more in sorted(changes):
            count += more
            x = max(self._where(version), x + 4 if more < 0 else x)
            found.append((x, count))
        return found

    def _where(self, version: int) -> float:
        """Where an event stands from left to right: where the last mark before it does, if it has none itself."""
        place = bisect_right(self._versions, version)
        return self._x[self._versions[place - 1]] if place else 0.0

    def _shape(self, place: Placed) -> str:
        x, y, is_first = place.x, place.y, self._sides.get(place.mark.party_id or "") == "a"
        match place.mark.kind:
            case "proposal" if is_first:
                return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
            case "proposal":
                return f'<rect x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2"/>'
            case "objection":
                return f'<path d="M{x:.1f} {y - 4.6:.1f}l4.6 8.4h-9.2z"/>'
            case "resolution":
                return f'<path d="M{x:.1f} {y - 4.8:.1f}l4.8 4.8l-4.8 4.8l-4.8 -4.8z"/>'
            case "consent" | "condition":
                return f'<path class="tick" d="M{x - 4:.1f} {y:.1f}l3 3.4l5.4 -7"/>'
            case "reopening":
                return f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>'
            case "void":
                return f'<path class="bar" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"/>'
            case "force":
                return f'<path class="bar" d="M{x - 2:.1f} {y - 6:.1f}v12m4 0v-12"/>'
            case _:
                return f'<path class="bar" d="M{x:.1f} {y - 6:.1f}v12"/>'


def _lanes_of(mark: Drawn) -> Sequence[str]:
    return mark.term_ids or (WHOLE,)


def quiet_of(marks: Sequence[Drawn]) -> set[str]:
    """The clauses that were agreed as they were first offered: one offer, and consent to it."""
    kinds: dict[str, list[str]] = {}
    for each in marks:
        for term_id in each.term_ids:
            kinds.setdefault(term_id, []).append(each.kind)
    return {term_id for term_id, found in kinds.items() if found == ["proposal", "consent"]}


def without(marks: Sequence[Drawn], quiet: Collection[str]) -> list[Drawn]:
    """The marks of the other clauses."""
    kept = [each._replace(term_ids=[one for one in each.term_ids if one not in quiet]) for each in marks]
    return [each for each, before in zip(kept, marks, strict=True) if each.term_ids or not before.term_ids]


def _levels(marks: Iterable[Drawn]) -> dict[int, int]:
    """How many marks each stands above, by version: what it bears upon, what that bears upon, and so on."""
    found: dict[int, int] = {}
    for each in marks:
        found[each.version] = found[each.on] + 1 if each.on in found else 0
    return found


def _along(marks: Sequence[Drawn], step: float, widest: float) -> tuple[dict[int, float], list[tuple[float, int]]]:
    """Where each mark stands from left to right, by version: a step from the one before at least, but for uniform
    stretches, and no quiet stretch wider than `widest`. Also where stretches were folded, and their days."""
    found: dict[int, float] = {}
    folds: list[tuple[float, int]] = []
    x, before = step, None
    usual = _usual_gap(marks)
    last: Drawn | None = None
    for each in marks:
        at = moment_of(each.at)
        if before is not None and last is not None:
            gap = (at - before).total_seconds()
            further = min(step * gap / usual, widest) if usual else 0.0
            if usual and step * gap / usual > widest and gap >= 86400:
                folds.append((x + (step + further) / 2, int(gap // 86400)))
            x += step * ALIKE if _goes_on(last, each) and further <= step else step + further
        found[each.version] = x
        before, last = at, each
    return found, folds


def _goes_on(last: Drawn, each: Drawn) -> bool:
    """Whether a party does the same again on another clause: many in a row are as uniform as a quiet stretch."""
    return (each.kind, each.party_id) == (last.kind, last.party_id) and not {*_lanes_of(each)} & {*_lanes_of(last)}


def _usual_gap(marks: Sequence[Drawn]) -> float:
    """The time between two marks in the middle of all that are apart."""
    times = [moment_of(each.at).timestamp() for each in marks]
    gaps = sorted(later - earlier for earlier, later in pairwise(times) if later > earlier)
    return gaps[len(gaps) // 2] if gaps else 0.0
