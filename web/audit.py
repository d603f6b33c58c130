"""Every consent, as an auditor looks for them: by whom, for which party, to which clause, on which day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from domain.events import Event
from projections.proposed import Conditional
from web.history import HistoryReader
from web.view import Body

WHOLE = "whole"
"""What is asked for in place of a clause."""
FILTERS: dict[str, Callable[[Body], Any]] = {
    "party": lambda consent: consent["party_id"],
    "member": lambda consent: consent["member_id"],
    "clause": lambda consent: consent["term_id"] or WHOLE,
    "day": lambda consent: consent["at"][:10],
}
COLUMNS = ("when", "who", "mandate", "what", "clause")
SORTS = (*COLUMNS, *(f"-{each}" for each in COLUMNS))
"""Upwards, and downwards."""
AT_ONCE = 500
"""Rows of a page."""


def pending(conditional: Sequence[Conditional], events: Sequence[Event]) -> list[Body]:
    """Acceptances that depended on a condition, which count once it is fulfilled: each as a consent for each clause,
    with the condition, when it is due, and what became of it. events: theirs, in the same order."""
    found = []
    for each, event in zip(conditional, events, strict=True):
        said = event.data()
        for item in each.proposal["items"]:
            found.append(
                {
                    "act": "conditional",
                    "party_id": event.actor.party_id,
                    "member_id": event.actor.member_id,
                    "mandate": event.actor.mandate,
                    "term_id": item["term_id"],
                    "version": None,
                    "fingerprint": said["fingerprint"],
                    "at": each.moment["at"],
                    "event_version": each.version,
                    "voided_by": None,
                    "condition": said["condition"],
                    "due": said["due"],
                    "became": each.became,
                    "settled": each.settled,
                }
            )
    return found


@dataclass(frozen=True)
class Audit:
    """What was asked for, and what there is to choose from. asked: by the name of a filter; every: all consents;
    skipped: rows before those that the page shows."""

    view: HistoryReader
    every: Sequence[Body]
    asked: Mapping[str, str]
    sort: str
    skipped: int = 0

    @property
    def rows(self) -> list[Body]:
        """Those of them that one page shows."""
        return self.consents[self.skipped : self.skipped + AT_ONCE]

    @property
    def pages(self) -> list[tuple[int, int, str]]:
        """Where there are more than one page shows: the first and the last row of each, and what asks for it."""
        count = len(self.consents)
        starts = range(0, count, AT_ONCE) if count > AT_ONCE else ()
        return [(start + 1, min(start + AT_ONCE, count), self.query(skip=str(start))) for start in starts]

    @cached_property
    def consents(self) -> list[Body]:
        """Those that were asked for, in the order that was asked for."""
        found = [each for each in self.every if all(FILTERS[name](each) == value for name, value in self.asked.items())]
        keys: dict[str, Callable[[Body], Any]] = {
            "when": lambda each: each["event_version"],
            "who": lambda each: (str(self.view.party(each["party_id"])), str(self.view.who(each))),
            "mandate": lambda each: each["mandate"] or "",
            "what": lambda each: (each["act"], each["voided_by"] is None),
            "clause": lambda each: self.view.place(each["term_id"]),
        }
        return sorted(found, key=keys[self.sort.removeprefix("-")], reverse=self.sort.startswith("-"))

    @property
    def columns(self) -> list[tuple[str, str | None, str]]:
        """Each by which the rows can be sorted: its name, the direction in which they are (ascending, descending), and
        what asks for them sorted by it, the other way round where they are already."""
        ways = {"": "ascending", "-": "descending"}
        return [
            (name, next((way for sign, way in ways.items() if sign + name == self.sort), None), self._sorted_by(name))
            for name in COLUMNS
        ]

    def _sorted_by(self, name: str) -> str:
        return self.query(sort=f"-{name}" if self.sort == name else name)

    def choices(self, name: str) -> list[tuple[str, str]]:
        """The values of a filter that occur, each as it is shown."""
        found = dict.fromkeys(FILTERS[name](each) for each in self.every)
        return [(value, self._shown(name, value)) for value in found]

    def _shown(self, name: str, value: str) -> str:
        match name:
            case "party":
                return str(self.view.party(value))
            case "member":
                return self.view.names.get(value) or value
            case "clause":
                return "" if value == WHOLE else self.view.heading(value)
            case _:
                return value

    @property
    def kept(self) -> Mapping[str, str]:
        """What asks for the same at any moment."""
        return self.asked if self.sort == SORTS[0] else {**self.asked, "sort": self.sort}

    def query(self, **more: str) -> str:
        """What asks for the same, with something changed."""
        asked = {**self.kept, **more}
        if asked.get("sort") == SORTS[0]:
            del asked["sort"]
        past = self.view.past
        if past.version != past.newest:
            asked["as_of"] = str(past.version)
        return f"?{urlencode(asked)}" if asked else ""
