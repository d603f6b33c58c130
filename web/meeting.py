"""What both parties offered for one clause as two lines that meet: from left to right, offer by offer.

Of one clause only: nothing is summed, and nothing is said of who moved how far.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup, escape

from projections.offered import Offered
from web.view import Body

LEFT, STEP, HEIGHT, EDGE = 8.0, 34.0, 84.0, 9.0
WIDEST, LABELS = 300.0, 120.0
"""Of the lines, and of the values beside them."""
_DAYS = {"Y": 365.2425, "M": 30.436875, "W": 7.0, "D": 1.0}
_OF_A_DAY = {"H": 24.0, "M": 1440.0, "S": 86400.0}


class Meeting(NamedTuple):
    """The offers on a clause, in order, and the values that were agreed, each with the version of its event."""

    term_id: str
    offers: Sequence[Offered]
    agreed: Sequence[tuple[int, Body | None]] = ()

    def of(self, party_id: str) -> list[Offered]:
        """What a party offered, without what it only said again."""
        found: list[Offered] = []
        for each in self.offers:
            if each.party_id == party_id and (not found or found[-1].value != each.value):
                found.append(each)
        return found

    @property
    def settled(self) -> list[tuple[int, Body]]:
        """The values that were agreed, without those that another proposal only left as they were."""
        found: list[tuple[int, Body]] = []
        for version, value in self.agreed:
            if value and (not found or found[-1][1] != value):
                found.append((version, value))
        return found

    def drawn(self, sides: Mapping[str, str], show: Callable[[Body], str], up: str = "./") -> Markup | None:
        """The lines as an SVG element, None where there is nothing to compare. sides: "a" or "b" by party; show: a
        value in figures; up: where the page with the events is."""
        unit = _unit(self.offers[-1].value)
        steps = [_Step(each.version, sides.get(each.party_id), each.value) for each in self.offers]
        steps += [_Step(version, None, value) for version, value in self.settled]
        points = [
            (each, measured)
            for each in sorted(steps, key=lambda each: each.version)
            if (measured := _measured(each.value, unit)) is not None
        ]
        if sum(each.side is not None for each, _ in points) < 2:
            return None
        return _Lines(points, show, up).drawn()


class _Step(NamedTuple):
    """An offer of a side, or what both agreed (None), by the event of a version."""

    version: int
    side: str | None
    value: Body


def meetings(offers: Sequence[Offered], term_ids: Sequence[str]) -> list[Meeting]:
    """The clauses for which more than one value was offered. term_ids: of the text, in whose order they come; those
    that are gone come last."""
    by_term: dict[str, list[Offered]] = {}
    for each in offers:
        by_term.setdefault(each.term_id, []).append(each)
    order = dict.fromkeys((*term_ids, *by_term))
    found = [Meeting(term_id, by_term[term_id]) for term_id in order if term_id in by_term]
    return [each for each in found if any(each.offers[0].value != offer.value for offer in each.offers)]


class _Lines:
    def __init__(self, points: Sequence[tuple[_Step, float]], show: Callable[[Body], str], up: str) -> None:
        self.points, self.show, self.up = points, show, up
        step = min(STEP, (WIDEST - 2 * LEFT) / len(points))
        self.xs = [LEFT + step * place for place in range(len(points))]
        self.right = self.xs[-1] + step / 2
        self.least, self.most = (each(measured for _, measured in points) for each in (min, max))

    def y(self, measured: float) -> float:
        if self.most == self.least:
            return HEIGHT / 2
        return EDGE + (HEIGHT - 2 * EDGE) * (self.most - measured) / (self.most - self.least)

    def drawn(self) -> Markup:
        width = self.right + LABELS
        inside = "".join([*self._ways(), *self._marks(), *self._labels()])
        return Markup(
            f'<svg class="meeting" role="group" width="{width:.0f}" height="{HEIGHT:.0f}" '
            f'viewBox="0 0 {width:.0f} {HEIGHT:.0f}">{inside}</svg>'
        )

    def _ways(self) -> Iterator[str]:
        """An offer stands until its side makes another or both agree; then both stand at what they agreed."""
        for side in ("a", "b"):
            of_side = [
                (x, self.y(measured))
                for x, (each, measured) in zip(self.xs, self.points, strict=True)
                if each.side in (side, None)
            ]
            if any(each.side == side for each, _ in self.points):
                path = f"M{of_side[0][0]:.1f} {of_side[0][1]:.1f}"
                path += "".join(f"H{x:.1f}V{y:.1f}" for x, y in of_side[1:])
                yield f'<path class="way side-{side}" d="{path}H{self.right:.1f}"/>'

    def _marks(self) -> Iterator[str]:
        for x, (each, measured) in zip(self.xs, self.points, strict=True):
            y = self.y(measured)
            if each.side == "a":
                shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
            elif each.side == "b":
                shape = f'<rect x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2"/>'
            else:
                shape = f'<path class="tick" d="M{x - 5:.1f} {y:.1f}l4 4.4l7 -9"/>'
            href = f"{self.up}?as_of={each.version}#event-{each.version}"
            title = f"<title>{escape(self.show(each.value))}</title>"
            yield f'<a href="{href}" class="side-{each.side or "both"}">{shape}{title}</a>'

    def _labels(self) -> Iterator[str]:
        """The highest and the lowest value, at the right."""
        for measured in dict.fromkeys((self.most, self.least)):
            value = next(each.value for each, found in self.points if found == measured)
            yield f'<text x="{self.right + 6:.1f}" y="{self.y(measured) + 3.5:.1f}">{escape(self.show(value))}</text>'


def _unit(value: Body) -> tuple[str, str]:
    """What can be compared with it: values of the same kind in the same currency or unit."""
    return value["kind"], value.get("currency") or value.get("unit") or ""


def _measured(value: Body, unit: tuple[str, str]) -> float | None:
    """How high it stands in a picture; None where it has no height, or not that of the unit."""
    if _unit(value) != unit:
        return None
    match value["kind"]:
        case "money":
            return float(Decimal(value["amount"]))
        case "percent" | "number":
            return float(Decimal(value["number"]))
        case "parts":
            return float(Decimal(value["total"]))
        case "date":
            return float(date.fromisoformat(value["date"]).toordinal())
        case "duration":
            return _days(value["iso"])
        case _:
            return None


def _days(iso: str) -> float:
    """About how many days a duration of ISO 8601 is: months and years are not all as long as each other."""
    day, _, clock = iso.removeprefix("P").partition("T")
    whole = sum(float(count) * _DAYS[unit] for count, unit in re.findall(r"(\d+)([YMWD])", day))
    return whole + sum(float(count) / _OF_A_DAY[unit] for count, unit in re.findall(r"(\d+)([HMS])", clock))
