"""Texts come in and go out by the API and by the command line, the same and whole."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.texts.reading import read_markdown
from tests.conftest import ONETEXT
from tests.server.conftest import Pair, on, pair_on
from tests.server.served import Program, Served
from tests.texts.cases import GIVEN
from tests.texts.material import HISTORIES, MATERIAL, final

DATA = Path(__file__).parent.parent / "data"
FERRY = """# Ferry

## 1 Duties

### 1.1 Owner

Lends.

### 1.2 Hirer

Pays.

## 2 Exit

### 2.1 Notice

A month.
"""


def dry_run(data: bytes, folder: Path) -> dict[str, Any]:
    path = folder / "text.md"
    path.write_bytes(data)
    done = subprocess.run([ONETEXT, "import", path, "--dry-run"], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def preview(by: Program, markdown: str, **more: Any) -> httpx.Response:
    return by.http.post(f"/api/v1/partnerships/{by.partnership_id}/imports", json={"markdown": markdown, **more})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Any:
    node = Served(f"sqlite:///{tmp_path_factory.mktemp('texts')}/onetext.db", rate_commands=0, rate_requests=0)
    yield pair_on(node)
    node.stop()


@pytest.mark.parametrize("name", MATERIAL)
def test_all_doors_read_the_same(house: Pair, tmp_path: Path, name: str) -> None:
    data = MATERIAL[name]
    markdown = data.decode("utf-8")
    answer = preview(house.ada, markdown)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said == dry_run(data, tmp_path)
    draft = read_markdown(data)
    assert [(each["heading"], each["text"]) for each in said["clauses"]] == [
        (each.heading, each.text) for each in draft.clauses
    ]
    title = GIVEN.get(name, said["title"])
    opened = house.ada.http.post(
        f"/api/v1/partnerships/{house.ada.partnership_id}/agreements", json={"title": title, "markdown": markdown}
    )
    assert opened.status_code == 201, opened.text
    assert opened.json()["notices"] == preview(house.ada, markdown, title=title).json()["notices"]
    other = on(house.node, house.cid)
    other.agreement_id = opened.json()["agreement_id"]
    terms = other.get()["terms"]
    assert [each["heading"] for each in terms] == [each["heading"] for each in said["clauses"]]
    offered = {item["term_id"]: item for each in other.get()["proposals"] for item in each["items"]}
    assert [offered[each["term_id"]].get("text", "") for each in terms] == [each["text"] for each in said["clauses"]]
    if name in HISTORIES:
        assert [(each["heading"], each["text"], None) for each in said["clauses"]] == final(name)


def test_an_import_proposes_its_outline_and_then_each_clause_at_its_place(pair: Pair) -> None:
    pair.ada.agreement_id = pair.cid.agreement_id = pair.ada.open_agreement("Ferry", markdown=FERRY)
    shown = pair.cid.get()
    headings = ["1 Duties", "1.1 Owner", "1.2 Hirer", "2 Exit", "2.1 Notice"]
    assert [each["heading"] for each in shown["terms"]] == headings
    offered = [[item["heading"] for item in each["items"]] for each in shown["proposals"]]
    assert offered == [["1 Duties", "2 Exit"], ["1.1 Owner"], ["1.2 Hirer"], ["2.1 Notice"]]
    logged = pair.cid.get("/events")["events"]
    assert [each["type"] for each in logged] == ["AgreementOpened"] + ["ProposalMade"] * 4
    pair.cid.accept(shown["proposals"][0]["proposal_id"])
    for each in shown["proposals"][1:3]:
        pair.cid.accept(each["proposal_id"])
    assert [each["heading"] for each in pair.cid.get()["terms"]] == headings


def test_a_text_comes_into_an_agreement_that_is_there_in_one_commit(pair: Pair) -> None:
    pair.propose("ten")
    path = f"/api/v1/agreements/{pair.ada.agreement_id}/imports"
    asked = {"command_id": str(uuid.uuid4()), "markdown": FERRY}
    before = pair.cid.get()["version"]
    answer = pair.ada.http.post(path, json=asked)
    assert (answer.status_code, answer.json()["version"]) == (201, before + 4)
    assert {each["command_id"] for each in answer.json()["events"]} == {asked["command_id"]}
    again = pair.ada.http.post(path, json=asked)
    assert (again.status_code, again.json()["events"]) == (200, answer.json()["events"])
    other = pair.ada.http.post(path, json=asked | {"markdown": "## x\n\ny"})
    assert (other.status_code, other.json()["code"]) == (400, "malformed")
    assert [each["heading"] for each in pair.cid.get()["terms"]] == [
        "1 Price", "1 Duties", "1.1 Owner", "1.2 Hirer", "2 Exit", "2.1 Notice",
    ]  # fmt: skip
    clauses = [{"heading": "3 Fee", "text": "One.", "value": {"kind": "money", "amount": "1", "currency": "EUR"}}]
    long = pair.cid.http.post(
        path, json={"command_id": "l", "clauses": [{"heading": "9 X", "text": "x" * 70_000, "line": 7}]}
    )
    assert long.json()["detail"].startswith("“9 X” on line 7:")
    by_hand = pair.cid.http.post(path, json={"command_id": "c", "clauses": clauses})
    assert by_hand.status_code == 201
    assert pair.ada.get()["proposals"][-1]["items"][0]["value"] == clauses[0]["value"]


def test_who_may_not_propose_imports_nothing(pair: Pair) -> None:
    path = f"/api/v1/agreements/{pair.ada.agreement_id}/imports"
    asked = {"command_id": "x", "markdown": FERRY}
    watcher = pair.ada.admit("Edda", observer=True)
    narrow = pair.ada.admit("Ben", "contributor")
    stranger = pair_on(pair.node).ada
    before = pair.cid.get()["version"]
    for member, status, code in (
        (watcher, 403, "observer_read_only"),
        (narrow, 403, "not_authorised"),
        (stranger, 404, "not_found"),
    ):
        answer = member.http.post(path, json=asked)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert pair.cid.get()["version"] == before
    assert preview(watcher, FERRY).status_code == 200, "looking keeps nothing"
    elsewhere = f"/api/v1/partnerships/{stranger.partnership_id}/imports"
    assert pair.ada.http.post(elsewhere, json={"markdown": FERRY}).status_code == 404
    wrong = [
        {"heading": "1 A", "text": "a"},
        {"heading": "2 B", "text": "b", "value": {"kind": "choice", "choice": "x", "options": ["y"]}},
    ]
    refused = pair.ada.http.post(path, json={"command_id": "y", "clauses": wrong})
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_value")
    assert "2 B" in refused.json()["detail"]
    for body in ({}, {"markdown": FERRY, "clauses": wrong}, {"clauses": []}, {"markdown": ""}):
        answer = pair.ada.http.post(path, json={"command_id": "z", **body})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), body
    assert pair.cid.get()["version"] == before


def test_a_refusal_of_a_text_is_the_same_at_every_door(house: Pair, tmp_path: Path) -> None:
    text = "# T\n\n## 1 Boat\n\n" + "x" * 70_000
    answer = preview(house.ada, text)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["detail"].startswith("“1 Boat”")
    assert "line 3" in answer.json()["detail"]
    path = tmp_path / "text.md"
    path.write_text(text)
    done = subprocess.run([ONETEXT, "import", path, "--dry-run"], capture_output=True, text=True)
    assert answer.json()["detail"] in done.stderr
    path.write_bytes("Fähre".encode("cp1252"))
    done = subprocess.run([ONETEXT, "import", path, "--dry-run"], capture_output=True, text=True)
    assert "UTF-8" in done.stderr
    assert done.returncode == 1


def test_a_text_that_takes_too_long_is_refused_and_holds_up_nobody(house: Pair) -> None:
    """A million brackets: the process that reads them is ended."""
    answer = house.ada.http.post(
        f"/api/v1/partnerships/{house.ada.partnership_id}/imports", json={"markdown": "[" * 1_000_000}, timeout=90
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def document(member: Program, kind: str = "document.md", **query: Any) -> str:
    answer = member.http.get(f"/api/v1/agreements/{member.agreement_id}/{kind}", params=query)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    return answer.text


def agreed(pair: Pair) -> None:
    pair.ada.agreement_id = pair.cid.agreement_id = pair.ada.open_agreement("Ferry: *one*", markdown=FERRY)
    every = [
        {"proposal_id": each["proposal_id"], "fingerprint": each["fingerprint"]} for each in pair.cid.get()["proposals"]
    ]
    pair.cid.do("accept_proposals", proposals=every)
    exit_term = next(each["term_id"] for each in pair.ada.get()["terms"] if each["heading"] == "2.1 Notice")
    pair.ada.do("mark_term", term_id=exit_term, mark="exit")


def test_a_document_says_how_it_stands_and_looks_signed_only_when_it_is(pair: Pair) -> None:
    agreed(pair)
    drafting = document(pair.ada)
    assert "In negotiation: 5 of 5 agreed; not in force." in drafting
    assert "Between Meridian and Castellan." in drafting
    signed_on = pair.ada.do("open_ratification")["fingerprint"]
    pair.ada.do("consent", fingerprint=signed_on)
    ratifying = document(pair.cid)
    assert "not in force" in ratifying
    for looks_signed in ("Signatures", "signatory", signed_on):
        assert looks_signed not in ratifying
    pair.cid.do("consent", fingerprint=signed_on)
    for member in (pair.ada, pair.cid):
        signed = document(member)
        assert re.search(r"In force since \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d:\d\d UTC\.", signed)
        assert len(re.findall(r"- Meridian for Meridian, as signatory, \d+ [A-Z][a-z]+ \d{4}, [\d:]+ UTC", signed)) == 1
        assert signed_on in signed
    assert document(pair.ada, as_of=pair.ada.get()["version"] - 2) == ratifying, "as it stood then"
    draft = read_markdown(document(pair.ada).encode())
    assert draft.title == "Ferry: *one*"
    assert [(each.heading, each.text) for each in draft.clauses] == [
        (each["heading"], each["text"]) for each in pair.ada.get()["terms"]
    ]
    body = pair.ada.get("/document.json")
    assert (body["status"], body["fingerprint"], len(body["signatures"])) == ("in_force", signed_on, 2)


def rows(member: Program, table: str, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(document(member, f"{table}.csv", **query).removeprefix("\ufeff"))))


def test_tables_say_who_agreed_to_what_and_run_nothing(pair: Pair) -> None:
    agreed(pair)
    made = pair.ada.do("make_proposal", items=[{"op": "add", "heading": "=HYPERLINK(1)", "text": "-1\n@x"}])
    raised = pair.cid.do(
        "raise_objection",
        proposal_id=made["proposal_id"],
        severity="blocking",
        ground="risk",
        text="=1+1",
        would_accept="-5",
    )
    pair.ada.do("answer_objection", objection_id=raised["objection_id"], text='No, "never"')
    terms = rows(pair.cid, "terms")
    assert [each["heading"] for each in terms][-1] == "'=HYPERLINK(1)"
    assert terms[4]["marks"] == "exit"
    (conflict,) = rows(pair.cid, "conflicts")
    assert (conflict["text"], conflict["would_accept"]) == ("'=1+1", "-5")
    assert conflict["answers"] == 'Meridian: No, "never"'
    consents = rows(pair.ada, "consents")
    assert len(consents) == 11
    assert {each["act"] for each in consents} == {"proposed", "accepted"}
    assert consents[0]["party"] == "Meridian"
    assert rows(pair.ada, "consents") == rows(pair.cid, "consents"), "both read the same"
    assert len(rows(pair.ada, "consents", as_of=2)) == 2
    assert pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/secrets.csv").status_code == 404
    stranger = pair_on(pair.node).ada
    for kind in ("document.md", "document.json", "terms.csv", "consents.csv", "conflicts.csv"):
        assert stranger.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/{kind}").status_code == 404


def test_the_argument_leaves_with_the_document_and_is_no_text_when_it_comes_back(pair: Pair) -> None:
    agreed(pair)
    made = pair.propose("ten")
    pair.cid.do(
        "raise_objection", proposal_id=made["proposal_id"], severity="blocking", ground="cost", text="# Too much"
    )
    out = document(pair.ada)
    assert "# Appendix: the argument" in out
    assert "\\# Too much" in out
    draft = read_markdown(out.encode())
    assert [each.heading for each in draft.clauses] == [each["heading"] for each in pair.ada.get()["terms"]]
    assert "Too much" not in str(draft.clauses)


def test_an_agreement_that_was_opened_is_not_opened_twice(pair: Pair) -> None:
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}/agreements"
    asked = {"title": "Ferry", "markdown": FERRY, "command_id": "once"}
    first, again = (pair.ada.http.post(path, json=asked) for _ in range(2))
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (201, 200)
    changed = pair.ada.http.post(path, json=asked | {"title": "Another"})
    assert (changed.status_code, changed.json()["code"]) == (400, "malformed")
    with ThreadPoolExecutor(4) as at_once:
        asking = {"title": "At once", "command_id": "four times"}
        answers = list(at_once.map(lambda _: pair.ada.http.post(path, json=asking), range(4)))
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 201]
    assert len({each.json()["agreement_id"] for each in answers}) == 1
    other = pair.cid.http.post(path, json=asked)
    assert other.json()["agreement_id"] != first.json()["agreement_id"], "another member's command is another"
    blank = pair.ada.http.post(path, json={"title": " \u00a0"})
    assert (blank.status_code, blank.json()["code"]) == (400, "malformed")


def test_a_document_in_negotiation_says_what_is_offered_and_that_nobody_agreed_to_it(pair: Pair) -> None:
    pair.ada.agreement_id = pair.cid.agreement_id = pair.ada.open_agreement("Ferry", markdown=FERRY)
    out = document(pair.cid)
    assert "*Not agreed; what is offered stands in the appendix.*" in out
    body, _, appendix = out.partition("# Appendix: the argument")
    assert "Lends." not in body
    assert "Lends." in appendix
    assert "Offered by Meridian, not agreed" in appendix
    draft = read_markdown(out.encode())
    assert [(each.heading, each.text) for each in draft.clauses] == [
        (each["heading"], each["text"]) for each in pair.ada.get()["terms"]
    ]


def test_a_table_does_not_look_signed_before_it_is(pair: Pair) -> None:
    agreed(pair)
    signed_on = pair.ada.do("open_ratification")["fingerprint"]
    pair.ada.do("consent", fingerprint=signed_on)
    assert signed_on not in document(pair.cid, "consents.csv")
    pair.cid.do("consent", fingerprint=signed_on)
    assert [each["act"] for each in rows(pair.cid, "consents") if each["term"] == "the whole text"] == [
        "signature, in force"
    ] * 2


def test_a_text_is_as_long_as_it_may_be_at_every_door(house: Pair, tmp_path: Path) -> None:
    text = "# T\n\n" + "## 1 Boat\n\nThe owner lends.\n\n" * 45_000
    path = tmp_path / "text.md"
    path.write_text(text)
    done = subprocess.run([ONETEXT, "import", path, "--dry-run"], capture_output=True, text=True)
    assert re.search("“.*” on line [0-9]+: from here on the text is too long", done.stderr), done.stderr
    assert preview(house.ada, text).json()["code"] == "too_large"
