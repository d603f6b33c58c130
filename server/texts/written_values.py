"""Typed values as documents carry them: in a fence that begins with the word value, a field a line.

    kind: money
    amount: 310000.00
    currency: EUR

A field is a word or a number as it is, anything else as JSON.
"""

from __future__ import annotations

import re

import orjson

from domain.refusals import Refusal
from domain.values import Value, ValueField, broken_rule

_PLAIN = re.compile(r"[A-Za-z0-9.:-]+")
_FIELD = ValueField(may_be_none=False)


def written_value(value: Value) -> str:
    """A value's lines."""
    return "\n".join(f"{name}: {_written(each)}" for name, each in value.items())


def _written(field: object) -> str:
    if isinstance(field, str) and _PLAIN.fullmatch(field):
        return field
    return orjson.dumps(field).decode()


def value_of(lines: str) -> Value | None:
    """The value that lines say; None where they say none that may stand in a term."""
    raw: dict[str, object] = {}
    for line in lines.split("\n"):
        name, found, field = line.partition(": ")
        if not found or name in raw:
            return None
        try:
            raw[name] = field if _PLAIN.fullmatch(field) else orjson.loads(field)
        except orjson.JSONDecodeError:
            return None
    try:
        value = _FIELD.read(raw, "value")
    except Refusal:
        return None
    return None if broken_rule(value) else value
