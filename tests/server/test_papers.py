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
    versions = re.findall(r"are agreed\. ?(\d+)", said)
    assert versions
    for version in versions:
        assert re.search(rf"{version} .*accepted", said), "what a sentence rests on is there"


def test_papers_say_what_they_have_and_refer_to_nothing_else(pair: Pair) -> None:
    lines = "Either may end it:\n\na. at once,\tfor cause;\nb. with notice."
    proposed = pair.propose(lines)["proposal_id"]
    pair.cid.do("raise_objection", proposal_id=proposed, severity="concern", ground="risk", text="At once?\nNever.")
    read = papers_of(pair)
    assert "Not agreed." in read["document"] or "Either may end it" not in read["document"]
    assert "appendix" not in read["document"]
    assert "At once? Never." in read["briefing"]
    assert "proposes it: Either may end it:" in read["briefing"], "what is open, with what is on the table"
    pair.cid.accept(proposed)
    term_id = pair.ada.get()["terms"][0]["term_id"]
    pair.ada.do("mark_term", term_id=term_id, mark="exit")
    changed = pair.ada.do("make_proposal", items=[{"op": "revise", "term_id": term_id, "text": f"{lines}\nc. Never."}])
    read = papers_of(pair)
    assert "A change is offered." in read["document"]
    assert "appendix" not in read["document"]
    assert "b. with notice. c. Never." in read["briefing"]
    pair.cid.accept(changed["proposal_id"])
    fee = {"op": "add", "heading": "2 Fee", "text": "Per contact.", "value": money("3.10")}
    pair.cid.accept(pair.ada.do("make_proposal", items=[fee])["proposal_id"])
    read = papers_of(pair)
    assert "2 Fee £3.10 – £3.10" in read["briefing"], "first offers and what was agreed"
    assert "2 Fee Per contact. £3.10" in read["document"]
    pair.ada.do("open_ratification")
    pair.cid.do("refuse_consent", reason="A year\nis too short.")
    read = papers_of(pair)
    assert "refused to sign" in read["briefing"]
    assert "At once? Never. It was accepted with this concern. It led to version 1 of 1 Price." in read["briefing"]
    assert "A year is too short." in read["briefing"]
    assert "a. at once, for cause;" in read["document"]
    assert "⟦" not in "".join(read.values())


def money(amount: str) -> dict[str, str]:
    return {"kind": "money", "amount": amount, "currency": "GBP"}


def papers_of(pair: Pair) -> dict[str, str]:
    tree = f"/{seat_name(NOBODY)}/history/{pair.cid.agreement_id}"
    return {each: words(paper(pair.cid, f"{tree}/{each}.pdf").content) for each in ("document", "briefing")}
