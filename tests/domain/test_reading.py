"""What is read from outside is read as by plainer readers, refusals included: these look at everything, in order."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain import canonical, fields
from domain.canonical import read_json
from domain.fields import Field, ListOf, Object, Text, Whole
from domain.items import Items
from domain.refusals import Code, Refusal, malformed

NAMES = st.sampled_from(["a", "b", "c", "op", "term_id", "text", "after", "heading", "base_version"])
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "add", "revise", "move", "x" * 9, "\0"])


def outcome(read: Any, *given: Any) -> Any:
    """What was read, keys in their order, or the refusal."""
    try:
        return json.dumps(read(*given))
    except Refusal as refusal:
        return refusal.code, refusal.detail, refusal.next_step


# JSON.


def plainly_read(text: str) -> Any:
    try:
        value = json.loads(
            text,
            object_pairs_hook=canonical._once_each,
            parse_float=canonical._no_float,
            parse_constant=canonical._no_float,
            parse_int=canonical._integer,
        )
    except RecursionError:
        raise malformed("This is nested deeper than 32 levels.") from None
    except json.JSONDecodeError as error:
        raise malformed(f"This is not JSON: {error.msg} at character {error.pos}.") from None
    if depth(value) > 32:
        raise malformed("This is nested deeper than 32 levels.")
    return value


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


PIECES = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"a"',
        '"a":',
        '"{["',
        "1",
        "-",
        "1.5",
        "1e9",
        "9" * 17,
        "NaN",
        "null",
        " ",
        "\ufeff",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_json_is_read_as_by_the_plain_reader(text: str) -> None:
    assert outcome(read_json, text) == outcome(plainly_read, text)


@given(st.integers(28, 36), st.sampled_from(["1", "[]", "{}", '"[[[{{"', "[1,[]]"]), st.sampled_from(["[]", "{}", ""]))
def test_nesting_is_counted_as_by_the_plain_reader(deep: int, innermost: str, beside: str) -> None:
    text = "[" * deep + innermost + (f",{beside}" if beside else "") + "]" * deep
    assert outcome(read_json, text) == outcome(plainly_read, text)


# Fields of commands.


class Plain(Field[dict[str, Any]]):
    """Reads an object step by step: unknown keys, then missing ones, then each field; too large is said last."""

    def __init__(self, shape: Object) -> None:
        self.shape = shape

    def read(self, raw: Any, name: str) -> dict[str, Any]:
        shape = self.shape
        if not isinstance(raw, dict):
            raise malformed(f"{name or 'This'} must be an object.")
        for key in raw:
            if key not in shape.fields:
                raise malformed(f"{name or 'This'} has no field {key[:40]!r}.")
        given = {key: each for key, each in raw.items() if each is not None or key in shape.nullable}
        for key in shape.fields:
            if key not in given and key not in shape.optional:
                raise malformed(f"{fields._path(name, key)} is missing.")
        read, too_large = {}, None
        for key, each in given.items():
            try:
                read[key] = shape.fields[key].read(each, fields._path(name, key)) if each is not None else None
            except Refusal as refusal:
                if refusal.code != Code.TOO_LARGE:
                    raise
                too_large = too_large or refusal
        if too_large:
            raise too_large
        return read


SHAPE = Object(
    {"a": Text(4), "b": ListOf(Text(2, allow_empty=True), at_least=1), "c": Whole(), "text": Text(1)},
    optional=("b", "text"),
    nullable=("text", "c"),
)


@given(
    st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=3), max_size=6) | SCALARS, st.sampled_from(["", "x"])
)
def test_an_object_is_read_as_by_the_plain_reader(raw: Any, name: str) -> None:
    assert outcome(SHAPE.read, raw, name) == outcome(Plain(SHAPE).read, raw, name)


def plain_item(raw: Any, name: str) -> dict[str, Any]:
    op, rest = fields.one_key(raw, "op", name, list(Items.OPS))
    known = {key for shape in Items.OPS.values() for key in shape.fields}
    given = {key: each for key, each in rest.items() if each is not None or key == "after" or key not in known}
    return {"op": op, **Plain(Items.OPS[op]).read(given, name)}


@given(st.dictionaries(NAMES, SCALARS, max_size=6))
def test_an_item_is_read_as_by_the_plain_reader(raw: Any) -> None:
    assert outcome(Items().each.read, raw, "items[0]") == outcome(plain_item, raw, "items[0]")


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "L"])))
def test_what_cannot_be_stored_is_found_in_any_text(text: str) -> None:
    assert fields.is_storable(text) == (not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text))
