"""Small inputs, each with its right value."""

from __future__ import annotations

import pytest

from server.texts.reading import read_markdown
from tests.texts.cases import CASES, FOLDER, GIVEN, source


def test_every_case_has_its_right_value() -> None:
    assert {path.stem for path in FOLDER.glob("[0-9]*.md")} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_read_as_what_it_is(name: str) -> None:
    title, clauses, notices = CASES[name]
    draft = read_markdown(source(name), GIVEN.get(name))
    assert draft.title == title
    assert [(each.heading, each.text) for each in draft.clauses] == clauses
    assert sorted((each.line, str(each.what)) for each in draft.notices) == notices
