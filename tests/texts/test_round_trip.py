"""What goes out comes back letter by letter, and any reader of CommonMark shows the words as they are."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from server.texts.document import markdown_of
from server.texts.draft import Draft
from server.texts.markup import blocks, one_line
from server.texts.reading import read_markdown

DATA = Path(__file__).parent.parent / "data"
NAUGHTY = [each for each in json.loads((DATA / "naughty-strings.json").read_text("utf-8")) if "\0" not in each]
HOSTILE = (DATA / "hostile-lines.txt").read_text("utf-8").split("\n")
LINES = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), st.sampled_from(HOSTILE)
)
TEXTS = st.lists(LINES, max_size=6).map("\n".join)
HEADINGS = st.one_of(TEXTS, st.sampled_from(["1 Boat", "3.1 Trademark License", "1", "Préambule", "# 2 #"])).filter(
    bool
)
VALUES: list[dict[str, Any] | None] = [
    None,
    {"kind": "money", "amount": "310000.00", "currency": "EUR"},
    {"kind": "percent", "number": "-2.50"},
    {"kind": "number", "number": "4", "unit": "crew: the ```whole``` “lot”\n"},
    {"kind": "duration", "iso": "P6M"},
    {"kind": "date", "date": "2027-03-04"},
    {"kind": "choice", "choice": "a b", "options": ["a b", "", "x: y"]},
    {"kind": "shares", "shares": [{"label": "North", "number": "60"}, {"label": "", "number": "40"}]},
    {"kind": "parts", "total": "3", "currency": "CHF", "parts": [{"amount": "1"}, {"label": "x", "amount": "2"}]},
]


def sent_out(title: str, terms: list[tuple[str, str, Any]], **more: Any) -> str:
    """A document with these clauses."""
    return markdown_of(
        {
            "title": title,
            "parties": [{"party_id": "a", "name": "North_*"}, {"party_id": "b", "name": "South & <b>"}],
            "state": "in negotiation: 1 of 2 agreed; not in force",
            "signatures": [],
            "fingerprint": None,
            "conflicts": [],
            "deferred": [],
            "proposals": [],
            "needs": [],
            "principles": [],
            "version": 7,
            "terms": [
                {
                    "term_id": str(n),
                    "heading": heading,
                    "text": text,
                    "value": value,
                    "status": "open",
                    "version": 1,
                    "marks": [],
                    "need_ids": [],
                }
                for n, (heading, text, value) in enumerate(terms)
            ],
        }
        | more
    )


def came_back(markdown: str) -> tuple[str | None, list[tuple[str, str, Any]], Draft]:
    draft = read_markdown(markdown.encode())
    return draft.title, [(each.heading, each.text, each.value) for each in draft.clauses], draft


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(HEADINGS, TEXTS, st.sampled_from(VALUES)), min_size=1, max_size=4))
@example([("Duties", "1. fuel\n2. clean", None), ("Appendix: the argument", "x", None)])
def test_what_went_out_comes_back_the_same(terms: list[tuple[str, str, Any]]) -> None:
    wanted = [(_fed(heading), _fed(text), value) for heading, text, value in terms]
    for title in ("Ferry contract", "Appendix: the argument"):
        assert came_back(sent_out(title, terms))[:2] == (title, wanted)


def _fed(text: str) -> str:
    """Line ends come back as line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_long_and_deep_items_leave_too() -> None:
    for text in ("1. x\n" * 6000, "- x\n  - y\n" * 3000, "\n".join("  " * depth + "- x" for depth in range(60))):
        assert came_back(sent_out("T", [("1 A", text, None)]))[1] == [("1 A", text, None)]


def test_naughty_strings_come_back() -> None:
    terms = [(text or "-", text, None) for text in (each.replace("\r\n", "\n").replace("\r", "\n") for each in NAUGHTY)]
    assert came_back(sent_out("Naughty", terms))[1] == terms


def test_the_argument_and_the_signatures_are_no_text_and_nothing_else_is_left_out() -> None:
    conflict = {
        "party_id": "a",
        "term_ids": ["0", "gone"],
        "ground": "risk",
        "severity": "blocking",
        "state": "resolution_offered",
        "text": "# 1 The boat\n\nis old.",
        "would_accept": "- a new one",
        "raised_at": "2027-03-04T17:00:12.000000Z",
        "ended_at": None,
        "answers": [{"party_id": "b", "text": "1. It is not."}],
        "need_id": "n",
        "principle_id": "p",
        "resolution": {"kind": "revise", "text": "> A new boat.", "refs": [], "party_id": "b"},
    }
    signed = {
        "party_id": "a",
        "party": "North",
        "member_id": "m",
        "name": "Sol *Q*",
        "mandate": "signatory",
        "at": "2027-03-04T17:00:12.000000Z",
    }
    named = {
        "needs": [{"need_id": "n", "party_id": "a", "text": "# 3 A boat\n\nthat floats", "why": None}],
        "principles": [{"intention_id": "p", "text": "- in the open"}],
    }
    terms = [("1 Boat", "Blue.", None), ("2 Fare", "", None)]
    out = sent_out("Ferry", terms, conflicts=[conflict], signatures=[signed], fingerprint="f" * 64, **named)
    for said in (
        "Sol \\*Q\\* for North, as signatory, 4 March 2027, 17:00:12 UTC",
        "f" * 64,
        "# Appendix: the argument",
    ):
        assert said in out
    title, clauses, draft = came_back(out)
    assert (title, clauses) == ("Ferry", terms)
    assert len(draft.notices) == 4, "how it stands, two notes in one, who signed, and the appendix"


READER = MarkdownIt("commonmark")


def shown(markdown: str) -> str:
    """The signs that a reader of CommonMark shows, without white space."""
    html = re.sub(r"<li>|<ol start=\"\d+\">|<[^>]*>", "", READER.render(markdown))
    return re.sub(r"\s", "", unescape(html))


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES.filter(lambda line: not re.match(r" *(?:-|\d+[.)])(?: |$)", line)), max_size=5).map("\n".join))
def test_any_reader_shows_the_words(text: str) -> None:
    """Items apart, whose signs a reader makes anew."""
    assert shown(blocks(text)) == re.sub(r"\s", "", text)
    line = re.sub(r"[\n\r]", " ", text)
    assert shown(f"## {one_line(line)}") == re.sub(r"\s", "", line)


def test_items_are_lists_for_any_reader_and_no_code() -> None:
    html = READER.render(blocks("The hirer shall:\n\n1. fuel:\n  - often;\n    - and well;\n2. clean.\n\nOr pay."))
    assert html.count("<ol>") == 1
    assert html.count("<ul>") == 2
    assert "<code>" not in html
