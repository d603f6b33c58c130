"""The real agreement, word by word."""

from __future__ import annotations

import re
from pathlib import Path

from server.texts.draft import Draft
from server.texts.reading import read_markdown

TEXT = (Path(__file__).parent.parent / "data" / "partnership-agreement.md").read_text("utf-8")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|\*\*")


def clauses_of(markdown: str) -> Draft:
    return read_markdown(markdown.encode())


def test_the_real_agreement_has_73_terms_under_one_title() -> None:
    imported = clauses_of(TEXT)
    assert imported.title == "Partnership Agreement"
    assert len(imported.clauses) == 73
    sections = [clause for clause in imported.clauses if not clause.text]
    assert len(sections) == 13, [clause.heading for clause in sections]


def test_every_word_and_the_numbering_are_kept() -> None:
    imported = clauses_of(TEXT)
    kept = " ".join(f"{clause.heading} {clause.text}" for clause in imported.clauses)
    plain = TAG.sub("", TEXT.split("\n", 1)[1])
    listed = re.sub(r"(?m)^\s*[0-9]+\.\s+", " ", plain)
    counted = re.sub(r"(?<!\S)[0-9]+(\.[0-9]+)?(?= |$)", " ", kept)
    assert re.findall(r"\w+", counted) == re.findall(r"\w+", re.sub(r"(?<!\S)[0-9]+(\.[0-9]+)?(?= |$)", " ", listed))
    numbers = [clause.heading.split(" ", 1)[0] for clause in imported.clauses]
    assert numbers[:6] == ["1", "1.1", "1.2", "2", "2.1", "3"]
    assert numbers[-1] == "13.20"
    assert len(set(numbers)) == 73


def test_lettered_sub_clauses_stay_in_their_clauses_text() -> None:
    taxes = next(clause for clause in clauses_of(TEXT).clauses if clause.heading.startswith("2.1"))
    assert "a. Fees and Billing." in taxes.text
    assert "c. Taxes." in taxes.text


def test_what_is_no_markup_is_kept_letter_by_letter() -> None:
    text = "Write to x <y and z> w.\u2028One\x85two\x0b3."
    (clause,) = clauses_of(f"## 1 Notices\n\n{text}").clauses
    assert clause.text == text
    (clause,) = clauses_of("## 1 Notices\n\n```\n## no heading\n1. no clause\n```").clauses
    assert clause.text == "## no heading\n1. no clause"


def test_a_numbered_first_heading_is_a_clause_and_not_the_title() -> None:
    imported = clauses_of("# 1 Scope\nA\n\n# 2 Exit\nC\n")
    assert imported.title is None
    assert [(each.heading, each.text) for each in imported.clauses] == [("1 Scope", "A"), ("2 Exit", "C")]
    assert clauses_of("# Contract\n\n## 1 Scope\nA").title == "Contract"


def test_strong_words_lose_their_signs_and_nothing_else_does() -> None:
    text = '## 1 Loss\n**"Loss"** means 2 ** 3 and 5*3*2 or *that*.'
    (clause,) = clauses_of(text).clauses
    assert clause.text == '"Loss" means 2 ** 3 and 5*3*2 or that.'
