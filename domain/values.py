"""Typed values of a term: money, percent, number, duration, date, choice, shares, parts (protocol.md, Values).

A value is kept as it was written: {"kind": …} with decimal numbers as strings. Two checks stand apart because they
are refused apart: its shape (`malformed`, when the command is read) and its rule (`invalid_value`, when it is judged).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

from domain.canonical import without_absent
from domain.currencies import CURRENCIES
from domain.fields import Field, ListOf, Object, Text, date_text, one_key
from domain.refusals import malformed

Value = dict[str, Any]

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_N = "[0-9]{1,9}"
_DURATION = re.compile(
    rf"P(?:{_N}W|(?=[0-9T])(?:{_N}Y)?(?:{_N}M)?(?:{_N}D)?(?:T(?=[0-9])(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?)"
)
"""ISO 8601, with numbers of nine digits at most: no agreement means more, and no calendar could tell it."""
_EXACT = Context(prec=200_000, Emax=999_999, Emin=-999_999)


class DecimalText(Text):
    """A decimal number as a string, compared as written."""

    def read(self, raw: Any, name: str) -> str:
        text = super().read(raw, name)
        if not _DECIMAL.fullmatch(text):
            raise malformed(f'{name} is not a decimal number written as a string, like "3.10".')
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_DECIMAL.pattern}$"}


class DurationText(Text):
    """An ISO 8601 duration, like P6M."""

    def read(self, raw: Any, name: str) -> str:
        text = super().read(raw, name)
        if not _DURATION.fullmatch(text):
            raise malformed(f'{name} is not an ISO 8601 duration, like "P6M" or "PT4H".')
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "duration"}


def _currency() -> Text:
    return Text(description="Three capitals of ISO 4217.")


_decimal, _label = DecimalText(), Text(allow_empty=True)

KINDS: dict[str, Object] = {
    "money": Object({"amount": _decimal, "currency": _currency()}),
    "percent": Object({"number": _decimal}),
    "number": Object({"number": _decimal, "unit": _label}, optional=("unit",)),
    "duration": Object({"iso": DurationText()}),
    "date": Object({"date": date_text()}),
    "choice": Object({"choice": _label, "options": ListOf(_label)}),
    "shares": Object({"shares": ListOf(Object({"label": _label, "number": _decimal}))}),
    "parts": Object(
        {
            "total": _decimal,
            "currency": _currency(),
            "parts": ListOf(Object({"label": _label, "amount": _decimal}, optional=("label",))),
        },
        optional=("currency",),
    ),
}


class ValueField(Field[Value]):
    """A typed value; in a revise also {"kind": "none"}, which takes the value away."""

    def __init__(self, *, may_be_none: bool) -> None:
        self.kinds = KINDS | ({"none": Object({})} if may_be_none else {})

    def read(self, raw: Any, name: str) -> Value:
        kind, rest = one_key(raw, "kind", name, list(self.kinds))
        value: Value = without_absent({"kind": kind, **self.kinds[kind].read(rest, name)})
        return value

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [shape.schema({"kind": {"const": kind}}) for kind, shape in self.kinds.items()]}


def broken_rule(value: Value | None) -> str | None:
    """The sentence that says which rule of its kind a well-formed value breaks; None when it keeps them all."""
    if value is None:
        return None
    rule = _RULES.get(value["kind"])
    return _unknown_currency(value) or (rule(value) if rule else None)


def _unknown_currency(value: Value) -> str | None:
    currency = value.get("currency")
    if currency is None or currency in CURRENCIES:
        return None
    return "The currency must be three capitals of ISO 4217, like EUR."


def _choice(value: Value) -> str | None:
    if not value["options"]:
        return "A choice needs at least one option."
    return None if value["choice"] in value["options"] else "The choice must be one of its options."


def _shares(value: Value) -> str | None:
    if not value["shares"]:
        return "Shares need at least one share."
    total = _sum(share["number"] for share in value["shares"])
    return None if total == 100 else f"Shares must total exactly 100; these total {total:f}."


def _parts(value: Value) -> str | None:
    if not value["parts"]:
        return "Parts need at least one part."
    difference = _EXACT.subtract(_sum(part["amount"] for part in value["parts"]), Decimal(value["total"]))
    if difference == 0:
        return None
    side = "over" if difference > 0 else "under"
    return f"The parts must add up to {value['total']}; they are {abs(difference):f} {side}."


_RULES: dict[str, Callable[[Value], str | None]] = {"choice": _choice, "shares": _shares, "parts": _parts}


def _sum(numbers: Any) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = _EXACT.add(total, Decimal(number))
    return total
