"""Canonical bytes are those of RFC 8785, and what a parser would hide is refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import LARGEST_INTEGER, canonical, read_json
from domain.refusals import Code, Refusal

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127))
PROFILE = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


@given(PROFILE)
def test_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert read_json(canonical(value)) == value


def test_the_published_vectors_within_the_profile() -> None:
    tried = 0
    for case in json.loads((Path(__file__).parent.parent / "data" / "rfc8785.json").read_text()):
        given_bytes = base64.b64decode(case["input_base64"])
        expected = bytes.fromhex(case["output_hex"])
        try:
            value = read_json(given_bytes)
        except Refusal:
            continue
        if all(key.isascii() for key in _keys(value)):
            assert canonical(value) == expected
            tried += 1
    assert tried


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    if isinstance(value, list):
        return [key for inner in value for key in _keys(inner)]
    return []


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b"NaN",
        b"[Infinity]",
        b"1e400",
        b"1.5",
        b"9007199254740992",
        b"1" * 5000,
        b"[" * 2000 + b"]" * 2000,
        b"[" * 33 + b"]" * 33,
        b"\xff",
        b"",
        b"{",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_a_parser_would_hide_is_malformed(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_json(body)
    assert refused.value.code is Code.MALFORMED


def test_32_levels_are_read() -> None:
    assert read_json(b"[" * 32 + b"]" * 32)
