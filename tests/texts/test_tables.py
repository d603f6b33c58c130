"""A table that is taken away shows in a spreadsheet what was written, and runs nothing of it."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from server.texts.document import terms_table


def told(heading: str) -> str:
    term: dict[str, Any] = dict.fromkeys(("position", "version", "status", "text", "value"))
    term |= {"heading": heading, "marks": []}
    (row,) = csv.DictReader(terms_table([term]).lstrip("\ufeff").splitlines())
    return row["heading"]


@pytest.mark.parametrize(
    "begins", ["=", "+", "-", "@", "\t", " =", "\ufeff=", "\u200b=", "\u2003@", "＝", "﹢", "－", "＠"]
)
def test_what_a_spreadsheet_might_run_has_an_apostrophe_before_it(begins: str) -> None:
    assert told(f"{begins}1+1") == f"'{begins}1+1"


@pytest.mark.parametrize("words", ["1 Price", "-5", "+12.50", "", "a=b", "– five", "§ 3", "'quoted'"])
def test_other_words_are_as_they_were_written(words: str) -> None:
    assert told(words) == words
