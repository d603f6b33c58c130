"""Canonical JSON bytes: RFC 8785 on a restricted profile, so that one value has one spelling.

The profile: ASCII keys, no floats, integers within ±(2**53 - 1), decimals and times as strings, no lone
surrogates, depth up to 32. Within it orjson with sorted keys writes the very bytes of RFC 8785.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

import orjson

from domain.refusals import malformed

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value within the profile."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def sha256(value: Any) -> str:
    """SHA-256 over the canonical bytes, lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def without_absent(value: Any) -> Any:
    """The value with every null field left out, `after` excepted, where null is a value (protocol.md)."""
    if isinstance(value, dict):
        return {
            k: without_absent(v) if isinstance(v, _NESTING) else v
            for k, v in value.items()
            if v is not None or k == "after"
        }
    if isinstance(value, _NESTING):
        return [without_absent(each) for each in value]
    return value


_NESTING = (dict, list, tuple)


def read_json(body: bytes | str) -> Any:
    """Parse JSON from outside; `malformed` for what the profile does not allow or a parser would hide."""
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
        if text.startswith("\ufeff"):
            raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise malformed("This is not UTF-8 text.") from None
    except RecursionError:
        raise malformed(f"This is nested deeper than {DEEPEST} levels.") from None
    except json.JSONDecodeError as error:
        raise malformed(f"This is not JSON: {error.msg} at character {error.pos}.") from None
    if text.count("{") + text.count("[") >= DEEPEST:  # with fewer it cannot be too deep
        _refuse_too_deep(value)
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise malformed("A field is given twice.")
    return fields


def _no_float(literal: str) -> NoReturn:
    raise malformed(f"{literal[:40]} is not a whole number. Write decimal numbers as strings.")


def _integer(literal: str) -> int:
    if len(literal) <= 17 and abs(value := int(literal)) <= LARGEST_INTEGER:
        return value
    raise malformed("A number is beyond ±(2^53 - 1). Write it as a string.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once_each, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
)


def _refuse_too_deep(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise malformed(f"This is nested deeper than {DEEPEST} levels.")
