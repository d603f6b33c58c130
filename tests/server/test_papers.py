"""The agreement and a briefing on it as papers, by the API and in the history."""

from __future__ import annotations

import io
import re

import httpx
from pypdf import PdfReader

from server.doors.access import seat_name
from tests.server.conftest import Pair
from tests.server.served import Program
from tests.server.test_sealed import NOBODY
from tests.server.test_shares import agree, entered, make
from tests.server.test_texts import DATA, agreed
from tests.texts.test_papers import words


def paper(member: Program, path: str) -> httpx.Response:
    return httpx.get(f"{member.url}{path}", headers=member.http.headers, timeout=20)


def test_a_paper_looks_signed_once_it_is_in_force(pair: Pair) -> None:
    agreed(pair)
    path = f"/api/v1/agreements/{pair.ada.agreement_id}/document.pdf"
    drafting = paper(pair.cid, path)
    assert drafting.headers["content-type"] == "application/pdf"
    assert 'filename="Ferry one.pdf"' in drafting.headers["content-disposition"]
    assert "Not in force" in words(drafting.content)
    signed_on = pair.ada.do("open_ratification")["fingerprint"]
    pair.ada.do("consent", fingerprint=signed_on)
    ratifying = words(paper(pair.cid, path).content)
    for looks_signed in ("Signatures", "signatory", signed_on):
        assert looks_signed not in ratifying
    assert "not in force" in ratifying
    pair.cid.do("consent", fingerprint=signed_on)
    before = pair.ada.get()["version"] - 2
    for member in (pair.ada, pair.cid):
        signed = words(paper(member, path).content)
        assert "Not in force" not in signed
        assert signed_on in signed.replace(" ", "")
        assert signed.count("signatory") == 2
    assert words(paper(pair.ada, f"{path}?as_of={before}").content) == ratifying, "as it stood then"
    assert paper(pair.ada, f"{path}?as_of=999").status_code == 400


def test_members_and_guests_get_the_same_papers(pair: Pair) -> None:
    proposed = pair.propose("We lend <the> *boat*.")
    pair.cid.accept(proposed["proposal_id"])
    share = make(pair.ada, pair.node)
    agree(pair.cid, share["share_id"])
    guest, page = entered(share["link"])
    for name in ("document.pdf", "briefing.pdf"):
        found = {guest.get(f"{page.url}{name}").content}
        for member in (pair.ada, pair.cid):
            seat = f"/{seat_name(NOBODY)}/history/{member.agreement_id}/"
            found.add(paper(member, f"{seat}{name}").content)
        (same,) = found
        said = words(same)
        assert "We lend <the> *boat*." in said
        assert "Of its one clause 1 is agreed." in said or name == "document.pdf"
        earlier = words(guest.get(f"{page.url}{name}?as_of=1").content)
        assert "boat" not in earlier


def test_a_briefing_on_74_clauses_has_ten_pages_at_most(pair: Pair) -> None:
    text = (DATA / "partnership-agreement.md").read_text("utf-8") + "\n\n## 14 Fee\n\nThe fee is EUR 310,000.\n"
    imported = pair.ada.http.post(
        f"/api/v1/agreements/{pair.ada.agreement_id}/imports", json={"command_id": "i", "markdown": text}
    )
    assert imported.status_code == 201, imported.text
    for each in pair.ada.get()["proposals"]:
        pair.cid.accept(each["proposal_id"])
    assert len(pair.ada.get()["terms"]) == 74
    pdf = paper(pair.cid, f"/{seat_name(NOBODY)}/history/{pair.cid.agreement_id}/briefing.pdf").content
    assert 3 < len(PdfReader(io.BytesIO(pdf)).pages) <= 10
    said = words(pdf)
    assert "Of its 74 clauses 74 are agreed." in said
    assert "The fee is EUR 310,000." in said
    for version in re.findall(r"are agreed\. ?(\d+)", said):
        assert re.search(rf"{version} .*accepted", said), "what a sentence rests on is there"
