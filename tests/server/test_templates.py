"""Texts to begin with: those that come along are whole, and a company's own stand beside them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from server.agreement_templates import SHIPPED, templates
from server.texts.reading import MOST_BYTES, read_markdown
from tests.server.conftest import pair_on
from tests.server.served import Served

BLANK = re.compile(r"_{3,}")


def test_those_that_come_along_are_read_whole() -> None:
    offered = templates(None)
    assert {each.title for each in offered} == {"Partnership charter", "Supply agreement"}
    for each in offered:
        draft = read_markdown(each.text.encode())
        assert draft.title == each.title
        assert not draft.notices, "something of it would be left out"
        assert len(draft.clauses) >= 20
        said = "\n".join(clause.text for clause in draft.clauses)
        assert len(BLANK.findall(said)) == len(BLANK.findall(each.text)) >= 5
    charter = next(each.text.casefold() for each in offered if each.title == "Partnership charter")
    for part in ("decide", "conflict", "change", "measure", "end"):
        assert re.search(rf"^## .*\b{part}", charter, re.MULTILINE), part


def test_a_companys_own_come_first_and_take_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "frame.md").write_text("# Frame agreement\n\n## 1 Scope\n\nAll of it.\n", "utf-8")
    (tmp_path / "supply-agreement.md").write_text("no heading", "utf-8")
    (tmp_path / "notes.txt").write_text("not offered", "utf-8")
    (tmp_path / "folder.md").mkdir()
    offered = templates(tmp_path)
    assert [(each.title, each.own) for each in offered] == [
        ("Frame agreement", True),
        ("supply agreement", True),
        ("Partnership charter", False),
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"x" * (MOST_BYTES + 1)])
def test_what_cannot_be_read_is_passed_over_and_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "frame.md").write_bytes(content)
    with capture_logs() as told:
        assert [each.name for each in templates(tmp_path)] == [file.stem for file in sorted(SHIPPED.glob("*.md"))]
    assert [each["event"] for each in told] == ["a template cannot be read"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with capture_logs() as told:
        assert len(templates(tmp_path / "gone")) == 2
    assert [each["event"] for each in told] == ["the folder of templates cannot be read"]


def test_they_are_offered_where_a_text_is_brought(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "frame.md").write_text("# <b>Frame</b>\n\n## 1 Scope\n\nAll of it.\n", "utf-8")
    node = Served(database_url, templates=tmp_path)
    try:
        ada = pair_on(node).ada
        answer = ada.http.post(
            f"/api/v1/partnerships/{ada.partnership_id}/members",
            json={"party_id": ada.party_id, "name": "Ann", "mandates": ["negotiator"]},
        )
        browser = httpx.Client(base_url=node.url, follow_redirects=True)
        seat = browser.post(answer.json()["link"]).url.path.split("/")[1]
        page = browser.get(f"/{seat}/import").text
        assert "&lt;b&gt;Frame&lt;/b&gt;" in page
        assert "Partnership charter" in page
        assert "Supply agreement" in page
        got = browser.get(f"/{seat}/templates/frame")
        assert got.headers["content-type"].startswith("text/markdown")
        assert got.text.endswith("All of it.\n")
        assert browser.get(f"/{seat}/templates/..%2Ffolder").status_code == 404
        assert browser.get(f"/{seat}/templates/none").status_code == 404
    finally:
        node.stop()
