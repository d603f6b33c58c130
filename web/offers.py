"""What is proposed on a term, and how it differs from what stands or was offered before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from domain.diff import Op, Run, redline
from web.outline import Outline
from web.view import Body, RoomView
from web.wording import gettext


class Against(StrEnum):
    """What an offer is compared with."""

    AGREED = "agreed"
    ANSWERED = "answered"
    REPLACED = "replaced"
    RIVAL = "rival"
    NOTHING = "clean"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An offer beside what it is compared with. heading: empty when it stays; values: None where there is none."""

    against: Against
    heading: list[Run]
    text: list[Run]
    value_before: Body | None
    value_after: Body | None

    @property
    def changes_nothing(self) -> bool:
        kept = all(run.op == Op.SAME for run in self.text)
        return kept and not self.heading and self.value_before == self.value_after


@dataclass(frozen=True, slots=True)
class Offers:
    """The proposals of a view by the terms that they touch."""

    view: RoomView

    def heads(self, term: Body) -> list[Body]:
        """Heads that touch a term, in the order of their making."""
        return self.view.heads(term["term_id"])

    def item(self, proposal: Body, term: Body) -> Body:
        return next(each for each in proposal["items"] if each["term_id"] == term["term_id"])

    def offered(self, proposal: Body, term: Body, what: str) -> Any:
        """What a proposal makes of a term's heading, text or value."""
        item = self.item(proposal, term)
        if item.get(what) == {"kind": "none"}:
            return None
        return item.get(what, term[what])

    def comparisons(self, proposal: Body, term: Body) -> list[Comparison]:
        """The ways to show an offer, never empty. The first is the one to begin with: compared with the last agreed
        words; where there are none, with the offer that it answers, then with the one that it replaces; where there is
        none either, clean."""
        key = proposal["proposal_id"], term["term_id"]
        if key not in self.view.compared:
            before = self._before(proposal, term)
            self.view.compared[key] = [self._compared(proposal, term, against, before[against]) for against in before]
        found: list[Comparison] = self.view.compared[key]
        return found

    def _before(self, proposal: Body, term: Body) -> dict[Against, Body | None]:
        """What stood or was offered before, by what it is, in the order of preference."""
        found: dict[Against, Body | None] = {}
        if term["version"] > 0:
            found[Against.AGREED] = term
        if answered := self._answered(proposal, term):
            found[Against.ANSWERED] = self._as_offered(answered, term)
        replaced = self.view.proposal.get(proposal["replaces"])
        if replaced and _touches(replaced, term):
            found[Against.REPLACED] = self._as_offered(replaced, term)
        if not found:
            found[Against.NOTHING] = None
        if rival := next((each for each in self.heads(term) if each is not proposal), None):
            found[Against.RIVAL] = self._as_offered(rival, term)
        return found

    def _compared(self, proposal: Body, term: Body, against: Against, before: Body | None) -> Comparison:
        offered = self._as_offered(proposal, term)
        if before is None:
            before = offered | {"value": None}
        heading = redline(before["heading"], offered["heading"]) if before["heading"] != offered["heading"] else []
        return Comparison(against, heading, redline(before["text"], offered["text"]), before["value"], offered["value"])

    def _as_offered(self, proposal: Body, term: Body) -> Body:
        return {what: self.offered(proposal, term, what) for what in ("heading", "text", "value")}

    def _answered(self, proposal: Body, term: Body) -> Body | None:
        """The offer on a term that a proposal answers, by itself or through those that it replaces."""
        each: Body | None = proposal
        while each:
            countered = self.answers(each)
            if countered and _touches(countered, term):
                return countered
            each = countered or self.view.proposal.get(each["replaces"])
        return None

    def set_aside(self, term: Body) -> list[Body]:
        """The offers on a term that stand again should what countered them end."""
        return [each for each in self.view.on(term["term_id"]) if each["state"] == "countered"]

    def answers(self, proposal: Body) -> Body | None:
        """The offer that a proposal counters."""
        return self.view.proposal.get(proposal["counters"])

    def moved(self, proposal: Body, term: Body) -> Markup | None:
        """Where a proposal would put a standing term, in words, None when it stays."""
        item = self.item(proposal, term)
        if item["op"] not in ("move", "revise") or (item["op"] == "revise" and "after" not in item):
            return None
        if "after" not in item:
            return gettext("Moved to the end")
        after = item["after"]
        if after is None:
            return gettext("Moved to the beginning")
        return gettext("Moved after “%(clause)s”", clause=Outline(self.view).heading_of(after))

    def others_in_package(self, proposal: Body, term: Body) -> list[str]:
        """The other terms of a package, the first few: an outline has hundreds."""
        first = proposal["items"][: _NAMED + 1]
        return [each["term_id"] for each in first if each["term_id"] != term["term_id"]][:_NAMED]

    def more_in_package(self, proposal: Body) -> int:
        """How many others it has beyond those."""
        return max(0, len(proposal["items"]) - 1 - _NAMED)


_NAMED = 6


def _touches(proposal: Body, term: Body) -> bool:
    return any(each["term_id"] == term["term_id"] for each in proposal["items"])
