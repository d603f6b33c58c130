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

from projections.history import Offered
from web.view import Body

LEFT, STEP, HEIGHT, EDGE = 8.0, 34.0, 84.0, 9.0
WIDEST = 420.0
_DAYS = {"Y": 365.2425, "M": 30.436875, "W": 7.0, "D": 1.0}
_OF_A_DAY = {"H": 24.0, "M": 1440.0, "S": 86400.0}


class Meeting(NamedTuple):
    """The offers on a clause, in order, and the value that was agreed, None where none is."""

    term_id: str
    offers: Sequence[Offered]
    agreed: Body | None

    def of(self, party_id: str) -> list[Offered]:
        """What a party offered, without what it only said again."""
        found: list[Offered] = []
        for each in self.offers:
            if each.party_id == party_id and (not found or found[-1].value != each.value):
                found.append(each)
        return found

    def drawn(self, sides: Mapping[str, str], show: Callable[[Body], str], up: str = "./") -> Markup | None:
        """The lines as an SVG element, None where there is nothing to compare. sides: "a" or "b" by party; show: a
        value in figures; up: where the page with the events is."""
        newest = self.agreed or self.offers[-1].value
        unit = _unit(newest)
        points = [(each, measured) for each in self.offers if (measured := _measured(each.value, unit)) is not None]
        if len(points) < 2:
            return None
        end = _measured(self.agreed, unit) if self.agreed else None
        return _Lines(points, end, sides, show, up).drawn()


def meetings(offers: Sequence[Offered], terms: Sequence[Body]) -> list[Meeting]:
    """The clauses for which more than one value was offered, in the order of the text."""
    by_term: dict[str, list[Offered]] = {}
    for each in offers:
        by_term.setdefault(each.term_id, []).append(each)
    found = [
        Meeting(each["term_id"], by_term[each["term_id"]], each["value"] if each["version"] else None)
        for each in terms
        if each["term_id"] in by_term
    ]
    return [each for each in found if any(each.offers[0].value != offer.value for offer in each.offers)]


class _Lines:
    def __init__(
        self,
        points: Sequence[tuple[Offered, float]],
        end: float | None,
        sides: Mapping[str, str],
        show: Callable[[Body], str],
        up: str,
    ) -> None:
        self.points, self.end, self.sides, self.show, self.up = points, end, sides, show, up
        step = min(STEP, (WIDEST - 2 * LEFT) / len(points))
        self.xs = [LEFT + step * place for place in range(len(points))]
        self.right = self.xs[-1] + step
        every = [measured for _, measured in points] + ([] if end is None else [end])
        self.least, self.most = min(every), max(every)

    def y(self, measured: float) -> float:
        if self.most == self.least:
            return HEIGHT / 2
        return EDGE + (HEIGHT - 2 * EDGE) * (self.most - measured) / (self.most - self.least)

    def drawn(self) -> Markup:
        width = self.right + LEFT
        inside = "".join([*self._ways(), *self._marks(), *self._agreed()])
        return Markup(
            f'<svg class="meeting" role="group" width="{width:.0f}" height="{HEIGHT:.0f}" '
            f'viewBox="0 0 {width:.0f} {HEIGHT:.0f}">{inside}</svg>'
        )

    def _ways(self) -> Iterator[str]:
        """An offer stands until its party makes another, and in the end both stand at what was agreed."""
        for side in ("a", "b"):
            of_side = [
                (x, self.y(measured))
                for x, (each, measured) in zip(self.xs, self.points, strict=True)
                if self.sides.get(each.party_id) == side
            ]
            if not of_side:
                continue
            path = f"M{of_side[0][0]:.1f} {of_side[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in of_side[1:])
            path += f"H{self.right:.1f}" + ("" if self.end is None else f"V{self.y(self.end):.1f}")
            yield f'<path class="way side-{side}" d="{path}"/>'

    def _marks(self) -> Iterator[str]:
        for x, (each, measured) in zip(self.xs, self.points, strict=True):
            side, y = self.sides.get(each.party_id, "none"), self.y(measured)
            shape = (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
                if side == "a"
                else f'<rect x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2"/>'
            )
            yield (
                f'<a href="{self.up}?as_of={each.version}#event-{each.version}" class="side-{side}">{shape}'
                f"<title>{escape(self.show(each.value))}</title></a>"
            )

    def _agreed(self) -> Iterator[str]:
        if self.end is not None:
            y = self.y(self.end)
            yield f'<path class="tick" d="M{self.right - 4:.1f} {y:.1f}l3 3.4l5.4 -7"/>'


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
