"""Papers are PDF/A-3b and PDF/UA-1 whatever is written, and say every word of it or which sign they cannot show."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from server.texts.pdf import Typesetter
from web.papers import clauses

AT = datetime(2026, 3, 3, 17, 0, 12, 345, tzinfo=UTC)
NAUGHTY: list[str] = json.loads((Path(__file__).parent.parent / "data" / "naughty-strings.json").read_text("utf-8"))
LABELS = {
    "text": "The text",
    "signatures": "Signatures",
    "signed": ["Name", "For", "Mandate", "When"],
    "fingerprint": "F",
}


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def told(terms: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    said = {
        "title": "Ferry", "parties": ["Owner", "Hirer"], "between": "Between Owner and Hirer.", "state": "In force.",
        "warning": None, "after": "After event 3.", "stood": "After event 3", "notes": [], "signatures": [],
        "fingerprint": None, "labels": LABELS, "clauses": list(clauses(terms, lambda value: str(value["number"]))),
    }  # fmt: skip
    return said | more


def term(heading: str, text: str = "", value: Any = None) -> dict[str, Any]:
    return {"heading": heading, "text": text, "value": value}


def words(pdf: bytes) -> str:
    """What it says, without where its lines end."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_a_paper_says_of_itself_what_it_is(typesetter: Typesetter) -> None:
    pdf = typesetter.paper("document", told([term("1 Boat", "The owner lends.")]), AT)
    assert pdf == typesetter.paper("document", told([term("1 Boat", "The owner lends.")]), AT), "the same bytes again"
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata and reader.metadata.title == "Ferry"
    assert str(reader.metadata.creation_date).startswith("2026-03-03")
    catalogue: Any = reader.trailer["/Root"]
    metadata = catalogue["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part[>=\"]+3", metadata)
    assert re.search(r"pdfaid:conformance[>=\"]+B", metadata)
    assert re.search(r"pdfuaid:part[>=\"]+1", metadata)
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en"


def test_naughty_strings_are_words_and_nothing_else(typesetter: Typesetter) -> None:
    pdf = typesetter.paper("document", told([term(f"{n} {each}", each) for n, each in enumerate(NAUGHTY, 1)]), AT)
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 5
    for each in ('#eval("1")', "$x$", "= Not a heading", "*not bold*", "@label", "<label>", "// no comment", "\\u{41}"):
        assert each in words(typesetter.paper("document", told([term("1 A", each)]), AT))


def test_what_no_font_shows_is_written_by_its_number(typesetter: Typesetter) -> None:
    pdf = typesetter.paper("document", told([term("1 A", "Price \U0001fae0 50 \u202eevil \ue123 \x07 café.")]), AT)
    said = words(pdf)
    for sign in ("U+202E", "U+E123", "U+0007"):
        assert f"⟦{sign}⟧" in said
    assert "Price ⟦U+1FAE0⟧ 50" in said or "\U0001fae0" in said, "unless a font on this machine has it"
    assert "café." in said


def test_every_sign_of_unicode_is_set_or_written_by_its_number(typesetter: Typesetter) -> None:
    """Those that Unicode names, a few hundred to a clause, with what they combine with."""
    signs = [chr(each) for each in range(0x20, 0x20000) if unicodedata.category(chr(each)) not in ("Cn", "Cs", "Co")]
    text = [term(f"{n}", " a".join(signs[n : n + 400])) for n in range(0, len(signs), 400)]
    assert typesetter.paper("document", told(text), AT).startswith(b"%PDF")


def test_headings_go_down_one_step_at_a_time(typesetter: Typesetter) -> None:
    terms = [term(each) for each in ("1 A", "1.1.1.1 B", "1.1 C", "No number", "2.3.4 D", "1.1.1.1.1.1.1 E")]
    levels = [each["level"] for each in clauses(terms, str)]
    assert levels == [3, 4, 4, 3, 4, 5]
    typesetter.paper("document", told(terms), AT)


def test_a_clause_with_many_paragraphs_and_a_value(typesetter: Typesetter) -> None:
    text = "First line\nsecond line\n\nNew paragraph."
    (clause,) = clauses([term("1 A", text, {"kind": "number", "number": "12"})], lambda value: value["number"])
    assert clause["paragraphs"] == [["First line", "second line"], ["New paragraph."]]
    said = words(typesetter.paper("document", told([term("1 A", text, {"kind": "number", "number": "12"})]), AT))
    assert "First line second line New paragraph. 12" in said


def test_what_has_no_place_to_break_is_there_to_its_last_sign(typesetter: Typesetter) -> None:
    for run in ("0123456789abcdef" * 8, "W" * 700, "Ж" * 300):
        pdf = typesetter.paper("document", told([term(f"1 {run[:60]}", f"The hash is {run} and no other.")]), AT)
        said = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert run in re.sub(r"\s", "", said)
        assert max(map(len, said.splitlines())) < 130, "no line goes beyond the margin"
