"""Enumerations that Markdown does not know: a., (b), iii), I."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_LETTERED = re.compile(
    r"(?P<blanks>[ \t]*)(?:(?P<decimal>[0-9]{1,3}(?:\.[0-9]{1,3})+\.?)"
    r"|(?P<open>\(?)(?P<label>[A-Za-z]{1,2}|[ivxlIVXL]{1,7}|[0-9]{1,3})(?P<close>[.)]))[ \t]+\S"
)
_ENDED = re.compile(r"[:;.,]\s*$")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}


def lettered_levels(lines: Sequence[str], columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Which of a paragraph's lines are lettered items, and how deep each is, from 0. columns: where each line begins.

    A line is one when its letter goes on from an earlier line's, or is the first and another line has the next.
    """
    found = [(at, match) for at, line in enumerate(lines) if (match := _LETTERED.match(line))]
    ahead: dict[tuple[str, int], int] = {}
    for at, match in found:
        for style, ordinal in _readings(match):
            ahead[style, ordinal] = at
    last: dict[str, int] = {}
    indents: list[int] = []
    for at, match in found:
        goes_on = [each for each in _readings(match) if last.get(each[0]) == each[1] - 1 and each[1] > 1]
        begins = [
            each
            for each in _readings(match)
            if (each[1] == 1 or each[0].startswith("decimal"))
            and (ahead.get((each[0], each[1] + 1), -1) > at or (at and _ENDED.search(lines[at - 1])))
        ]
        taken = goes_on or begins
        if not taken:
            continue
        last |= dict(taken)
        indent = columns[at]
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        yield at, len(indents) - 1


def _readings(match: re.Match[str]) -> list[tuple[str, int]]:
    """What a label may be, with its place: i is the first of Roman numbers and the ninth of letters."""
    if match["decimal"]:
        *above, last = match["decimal"].rstrip(".").split(".")
        return [(f"decimal {'.'.join(above)}", int(last))]
    label, signs = match["label"], f"{match['open']}{match['close']}"
    if label.isdigit():
        return [(f"number{signs}", int(label))] if match["open"] else []
    case = "upper" if label.isupper() else "lower"
    small = label.lower()
    readings = []
    if len(small) == 1:
        readings.append((f"letter{case}{signs}", ord(small) - ord("a") + 1))
    elif len(set(small)) == 1:
        readings.append((f"letter{case}{signs}", ord(small[0]) - ord("a") + 27))
        readings.append((f"double{case}{signs}", ord(small[0]) - ord("a") + 1))
    if number := roman(small):
        readings.append((f"roman{case}{signs}", number))
    return readings


def roman(label: str) -> int:
    """The number of a Roman label in small letters; 0 where it is none."""
    total, largest = 0, 0
    for sign in reversed(label):
        number = _ROMAN.get(sign, 0)
        if not number:
            return 0
        total += number if number >= largest else -number
        largest = max(largest, number)
    return total if _written(total) == label else 0


def _written(number: int) -> str:
    written = ""
    for value, sign in ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while number >= value:
            written, number = written + sign, number - value
    return written


def letters(number: int) -> str:
    """The letter of a place, as HTML counts: z, then aa."""
    written = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        written = chr(ord("a") + rest) + written
    return written


def roman_of(number: int) -> str:
    """A number in small Roman letters, below 90."""
    return _written(number) if 0 < number < 90 else str(number)
