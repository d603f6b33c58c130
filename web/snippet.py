"""What a proposal changed, in a line or two: the words around each change, and none of what stayed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from domain.diff import Op, Run, redline
from web.visible import redlined

AROUND, LONGEST = 50, 240
"""Characters that are shown before and after a change, and of a change."""
GAP = " … "


def snippet(before: str, after: str) -> Markup:
    """The changes as a redline, with a little of what stands around them."""
    return redlined(_shortened(redline(before, after)))


def _shortened(runs: Sequence[Run]) -> Iterator[Run]:
    for place, run in enumerate(runs):
        text = run.text
        if run.op != Op.SAME:
            yield Run(run.op, text if len(text) <= LONGEST else f"{_first(text, LONGEST)}{GAP.rstrip()}")
        elif len(runs) > 1:
            is_first, is_last = place == 0, place == len(runs) - 1
            head = "" if is_first else _first(text, AROUND)
            tail = "" if is_last else _last(text, AROUND)
            whole = len(text) <= len(head) + len(tail) + len(GAP)
            shown = f"{head}{GAP}{tail}"
            shown = shown.lstrip() if is_first else shown
            yield Run(Op.SAME, text if whole else shown.rstrip() if is_last else shown)


def first_words(text: str) -> str:
    """As much of a text as one line or two hold."""
    shown = _first(text, LONGEST)
    return shown if shown == text else f"{shown} …"


def _first(text: str, most: int) -> str:
    """The first words of a text."""
    return text if len(text) <= most else text[:most].rsplit(None, 1)[0]


def _last(text: str, most: int) -> str:
    """Its last words."""
    return text if len(text) <= most else text[-most:].split(None, 1)[-1]
