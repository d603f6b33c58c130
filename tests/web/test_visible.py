"""What cannot be seen is shown, and every character stays."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.diff import redline
from web.shown_values import rendered
from web.visible import redlined, visible


def bare(marked: str) -> str:
    """What stands there, without the marks."""
    return html.unescape(re.sub(r"<[^>]*>", "", marked))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pay \u202e000,01", "right-to-left override"),
        ("zero\u200bwidth", "zero-width space"),
        ("soft\u00adhyphen", "soft hyphen"),
        ("\u2066isolate\u2069", "left-to-right isolate"),
        ("a\ufeffb", "byte order mark"),
        ("The CEО signs", "cyrillic capital letter o"),
        ("The СЕО signs", "cyrillic capital letter es"),
        ("The раrty pays", "cyrillic small letter er"),
        ("Pay Ａ100", "fullwidth latin capital letter a"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, named: str) -> None:
    marked = visible(text)
    assert named in marked
    assert bare(marked) == text


@pytest.mark.parametrize(
    "text",
    [
        "Ferrum liefert größere Stücke.",
        "Договор между сторонами",
        "Η συμφωνία",
        "数量は年間12万個",
        "x² + y",
        "naïve café",
    ],
)
def test_other_languages_are_left_in_peace(text: str) -> None:
    assert visible(text) == html.escape(text, quote=False).replace("'", "&#39;")


@pytest.mark.parametrize(
    ("before", "after", "sign"),
    [
        ("one two", "one  two", "·"),
        ("one\n\ntwo", "one two", "⏎"),
        ("one two", "one\u00a0two", "⍽"),
        ("one two", "one\ttwo", "⇥"),
        ("one\ntwo", "one\r\ntwo", "␍"),
    ],
)
def test_changed_white_space_has_a_sign(before: str, after: str, sign: str) -> None:
    assert f'data-sign="{sign}"' in redlined(redline(before, after))


def test_a_look_alike_is_told_though_it_alone_has_changed() -> None:
    shown = redlined(redline("The CEO signs the agreement.", "The СЕО signs the agreement."))
    assert "<del>CEO</del>" in shown
    assert "Looks like Latin letters and is not" in shown


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_character_is_kept(before: str, after: str) -> None:
    assert bare(visible(before)) == before
    runs = redline(before, after)
    assert bare(redlined(runs)) == "".join(run.text for run in runs)


def test_what_somebody_wrote_in_a_value_is_marked_too() -> None:
    shown = rendered({"kind": "number", "number": "5", "unit": "\u202esyad\u202c \u0430re"}, "en")
    assert shown.count('class="odd"') == 2
    assert "cyrillic small letter a" in shown
    assert "not plain digits" in visible("pays １00 euros")
    assert visible("m² and ٣ of 3") == "m² and ٣ of 3"
