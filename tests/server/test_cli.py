"""The command line, as a person would use it."""

from __future__ import annotations

import json
import multiprocessing
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import inspect

from projections import tables
from projections.projector import clear, dump
from server.log.database import open_database
from server.log.store import LogDamaged
from server.ops import cli, serving
from server.reading import rebuilding
from server.texts.reading import read_markdown
from tests.conftest import start_demo
from tests.databases import fresh_url
from tests.server.conftest import Pair, pair_on
from tests.server.served import Program, Served

ONETEXT = Path(sys.executable).with_name("onetext")
AGREEMENT = Path(__file__).parent.parent / "data" / "partnership-agreement.md"


def run(*arguments: str, code: int = 0) -> str:
    done = subprocess.run([ONETEXT, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_every_command_has_help() -> None:
    for command in ("serve", "demo", "migrate", "rebuild", "import", "export", "host-token"):
        assert command in run("--help")
        assert "Usage" in run(command, "--help")


def dumped(url: str) -> bytes:
    database = open_database(url)
    with database.models.connect() as connection:
        rows = dump(connection)
    database.close()
    return rows


def test_rebuild_gives_the_same_rows_byte_for_byte(database_url: str) -> None:
    node = Served(database_url)
    pair = pair_on(node)
    for number in range(5):
        made = pair.propose(f"text {number}")
        pair.cid.do(
            "raise_objection", proposal_id=made["proposal_id"], severity="concern", ground="cost", text="a worry"
        )
        pair.cid.accept(made["proposal_id"])
    node.stop()
    before = dumped(database_url)
    done = subprocess.run(
        [ONETEXT, "rebuild", "--progress", "--database", database_url], capture_output=True, text=True, check=True
    )
    assert re.search(r"27 of 27 events, [\d,]+ events/s", done.stderr), done.stderr
    assert dumped(database_url) == before


def two_agreements(url: str) -> None:
    node = Served(url)
    pair = pair_on(node)
    other = Program(node.url, pair.ada.token, pair.ada.party_id, pair.ada.partnership_id)
    other.agreement_id = other.open_agreement("Another")
    for number in range(3):
        for each in (pair.ada, other):
            each.do("open_term", heading=f"{number} Price")
    node.stop()


@pytest.mark.parametrize("page", [1, 2, 5000])
def test_a_rebuild_by_pages_and_by_several_processes(
    database_url: str, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    two_agreements(database_url)
    before = dumped(database_url)
    monkeypatch.setattr(rebuilding, "PAGE", page)
    told: list[int] = []
    database = open_database(database_url)
    done = rebuilding.rebuild(database, lambda done, *_: told.append(done))
    assert done == database.log.newest()
    database.close()
    assert dumped(database_url) == before
    assert told[-1] == done
    assert len(told) == (1 if page == 5000 else 3), "each of the three streams is a share, or all are one"


@pytest.mark.parametrize("page", [1, 5000])
def test_a_rebuild_that_fails_leaves_the_rows_as_they_were(
    database_url: str, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    two_agreements(database_url)
    before = dumped(database_url)
    monkeypatch.setattr(rebuilding, "PAGE", page)
    if page == 5000:
        monkeypatch.setattr(rebuilding, "folded", fails_after(4, rebuilding.folded))
    else:
        damage(database_url)
    database = open_database(database_url)
    with pytest.raises(LogDamaged, match=r"version \d of stream .* cannot be applied .* Restore a backup\."):
        rebuilding.rebuild(database)
    assert dumped(database_url) == before
    if database.is_sqlite:
        assert not [*Path(database_url.removeprefix("sqlite:///")).parent.glob("*.anew")]
    else:
        with database.models.begin() as connection:
            assert not inspect(connection).has_schema("onetext_anew")
    database.close()


def test_a_rebuild_of_which_a_process_is_killed_leaves_the_rows_as_they_were(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_agreements(database_url)
    before = dumped(database_url)
    monkeypatch.setattr(rebuilding, "PAGE", 1)
    database = open_database(database_url)

    def kill(*_: object) -> None:
        for each in multiprocessing.active_children():
            each.kill()

    with pytest.raises(ChildProcessError, match=r"was ended.*run `onetext rebuild` again"):
        rebuilding.rebuild(database, kill)
    database.close()
    assert dumped(database_url) == before


def test_a_rebuild_waits_for_who_holds_a_new_table(tmp_path: Path) -> None:
    """As autovacuum does, soon after thousands of rows have been written."""
    url = fresh_url("postgresql", tmp_path)
    two_agreements(url)
    before = dumped(url)
    database = open_database(url)
    with database.beside.connect() as connection:

        def hold(*_: object) -> None:
            connection.exec_driver_sql("LOCK TABLE onetext_anew.terms IN SHARE UPDATE EXCLUSIVE MODE")
            threading.Timer(1, connection.rollback).start()

        rebuilding.rebuild(database, hold)
    database.close()
    assert dumped(url) == before


def test_a_rebuild_lets_a_reader_read_on(tmp_path: Path) -> None:
    """Tables are locked in one order and read here in the other: no deadlock ends the rebuild or the reader."""
    url = fresh_url("postgresql", tmp_path)
    two_agreements(url)
    before = dumped(url)
    database = open_database(url)
    read: list[int] = []
    reading = threading.Event()

    def read_slowly() -> None:
        with database.beside.connect() as connection, connection.begin():
            for name in reversed(tables.metadata.tables):
                read.append(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())
                reading.set()
                time.sleep(0.4)

    reader = threading.Thread(target=read_slowly)

    def told(*_: object) -> None:
        reader.start()
        reading.wait()

    rebuilding.rebuild(database, told)
    reader.join()
    database.close()
    assert len(read) == len(tables.metadata.tables)
    assert dumped(url) == before


def test_a_damaged_log_is_told_in_a_sentence(tmp_path: Path) -> None:
    url = fresh_url("sqlite", tmp_path)
    two_agreements(url)
    damage(url)
    said = run("rebuild", "--database", url, code=1)
    assert re.search(r"^Error: The log is damaged: version 3 of stream \S+ cannot be applied", said), said
    examined = subprocess.run([ONETEXT, "doctor", "--database", url], capture_output=True, text=True, check=False)
    assert re.search(r"✗ .* is damaged: version 3 of stream \S+ cannot be read\.", examined.stdout), examined


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_after_an_upgrade_a_long_log_is_projected_as_by_a_rebuild_and_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    two_agreements(database_url)
    before = dumped(database_url)
    database = open_database(database_url)
    with database.models.begin() as connection:
        connection.exec_driver_sql("UPDATE positions SET model = model - 1")
    monkeypatch.setattr(rebuilding, "PAGE", 2)
    monkeypatch.setattr(serving, "run", lambda *_: None)
    rebuilt: list[int] = []
    rebuild = rebuilding.rebuild
    monkeypatch.setattr(rebuilding, "rebuild", lambda database: rebuilt.append(rebuild(database)))
    for _ in range(2):
        cli.main([command, "--database", database_url], standalone_mode=False)
    assert rebuilt == [database.log.newest()]
    assert dumped(database_url) == before
    with database.models.begin() as connection:
        clear(connection)
    starters = [threading.Thread(target=rebuilding.project_first, args=[database]) for _ in range(2)]
    for each in starters:
        each.start()
    for each in starters:
        each.join()
    assert len(rebuilt) == 2, "of those that start at once, one does it"
    assert dumped(database_url) == before
    database.close()


def damage(url: str) -> None:
    """An event in the middle of the log that cannot be read, as after a fault of the disk."""
    database = open_database(url)
    with database.beside.begin() as connection:
        connection.exec_driver_sql("UPDATE stored_events SET state = 'no event' WHERE originator_version = 3")
    database.close()


def fails_after(times: int, work: Callable[..., Any]) -> Callable[..., Any]:
    done = []

    def call(*arguments: Any, **named: Any) -> Any:
        if len(done) == times:
            raise OSError("no more")
        done.append(arguments)
        return work(*arguments, **named)

    return call


def test_import_then_export_keeps_every_word_and_the_numbering(database_url: str) -> None:
    node = Served(database_url)
    pair = pair_on(node)
    member = pair.ada.admit("Ada", "negotiator")
    node.stop()
    agreement_id = run(
        "import", str(AGREEMENT), "--database", database_url,
        "--partnership", member.partnership_id, "--member", member.member_id,
    ).strip()  # fmt: skip
    node = Served(database_url)
    cid = Program(node.url, pair.cid.token, pair.cid.party_id, pair.cid.partnership_id, agreement_id=agreement_id)
    shown = cid.get()
    cid.do(
        "accept_proposals",
        proposals=[
            {"proposal_id": each["proposal_id"], "fingerprint": each["fingerprint"]} for each in shown["proposals"]
        ],
    )
    again = cid.http.get(f"/api/v1/partnerships/{cid.partnership_id}").json()["agreements"]
    assert {"agreement_id": agreement_id, "title": "Partnership Agreement", "status": "drafting"} in again
    node.stop()

    exported = read_markdown(run("export", agreement_id, "--database", database_url).encode())
    imported = read_markdown(AGREEMENT.read_bytes())
    assert exported.title == imported.title
    assert [(each.heading, each.text) for each in exported.clauses] == [
        (each.heading, each.text) for each in imported.clauses
    ]
    everything = json.loads(run("export", agreement_id, "--format", "json", "--database", database_url))
    assert len(everything["events"]) == 1 + 61 + 61, "opened; the outline and 60 clauses proposed, then accepted"


def test_a_demo_on_its_own_database_serves_it_again_with_new_tokens(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/demo.db"
    first = start_demo(url)
    first.stop()
    second = start_demo(url)
    assert first.line["agreement_id"] == second.line["agreement_id"]
    assert set(first.line["tokens"]) == set(second.line["tokens"])
    assert len(second.line["tokens"]) == 10
    path = f"{second.url}/api/v1/agreements/{second.line['agreement_id']}"
    for line in (first.line, second.line):
        answer = httpx.get(path, headers={"Authorization": f"Bearer {line['tokens']['b_observer']}"})
        assert answer.status_code == 200
    for _ in range(2):
        entered = httpx.get(second.line["links"]["a_observer"], follow_redirects=True)
        assert entered.status_code == 200
        assert "Partnership Agreement" in entered.text
    second.stop()


def test_what_a_person_can_mend_is_said_in_a_sentence(tmp_path: Path) -> None:
    good, bad = f"sqlite:///{tmp_path}/x.db", tmp_path / "bad.db"
    run("migrate", "--database", good)
    bad.write_bytes(b"this is no database" * 100)
    latin = tmp_path / "latin.md"
    latin.write_bytes("# Köln".encode("latin-1"))
    who = ("--partnership", str(uuid.uuid4()), "--member", str(uuid.uuid4()))
    for arguments, sentence in (
        (("serve", "--database", "mysql://x"), "is no database URL"),
        (("host-token", "--database", "mysql://x"), "is no database URL"),
        (("serve", "--database", f"sqlite:///{tmp_path}/nowhere/x.db"), "There is no folder"),
        (("serve", "--port", "0", "--database", f"sqlite:///{bad}"), "cannot be used"),
        (("export", str(uuid.uuid4()), "--database", f"sqlite:///{tmp_path}/y.db"), "There is no database"),
        (("export", str(uuid.uuid4()), "--database", good), "There is no such agreement"),
        (("export", "nonsense", "--database", good), "There is no such agreement"),
        (("import", str(latin), *who, "--database", good), "not UTF-8"),
        (("import", str(AGREEMENT), *who, "--database", good), "no such thing"),
    ):
        said = run(*arguments, code=1)
        assert sentence in said
        assert "Traceback" not in said
    assert not list(tmp_path.glob("y*"))


def test_other_writing_commands_refuse_while_a_node_serves(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    node = subprocess.Popen([ONETEXT, "serve", "--port", "0", "--database", url], stdout=subprocess.PIPE, text=True)
    assert node.stdout
    assert "listening" in node.stdout.readline()
    for command in ("migrate", "rebuild", "demo"):
        assert "Another process writes" in run(command, "--database", url, code=1)
    assert run("host-token", "--database", url).strip() in node.stdout.readline()
    node.terminate()
    node.wait(20)


def test_a_used_database_without_a_demo_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    node = Served(url)
    pair_on(node)
    node.stop()
    assert "holds no demo" in run("demo", "--port", "0", "--database", url, code=1)


def test_rebuilding_while_nodes_serve_one_postgresql_loses_no_row(tmp_path: Path) -> None:
    url = fresh_url("postgresql", tmp_path)
    node = Served(url)
    pair = pair_on(node)
    for _ in range(50):
        pair.propose()
    finished = threading.Event()

    def work() -> None:
        while not finished.is_set():
            pair.ada.do("open_term", heading="1 Hours")

    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(2):
        run("rebuild", "--database", url)
    finished.set()
    worker.join()
    shown = pair.cid.get()
    assert len(shown["terms"]) == shown["version"] - 1
    assert len(pair.cid.get("/timeline")["timeline"]) == shown["version"]
    node.stop()
    before = dumped(url)
    run("rebuild", "--database", url)
    assert dumped(url) == before


def test_naughty_strings_are_inert_on_the_page(pair: Pair) -> None:
    naughty = json.loads((AGREEMENT.parent / "naughty-strings.json").read_text("utf-8"))
    for text in naughty:
        if text and "\x00" not in text:
            items = [{"op": "add", "heading": text, "text": text}]
            made = pair.ada.do("make_proposal", items=items, rationale=text)
            pair.cid.do(
                "raise_objection", proposal_id=made["proposal_id"], severity="concern", ground="other", text=text,
                would_accept=text,
            )  # fmt: skip
            pair.cid.do("ask_clarification", proposal_id=made["proposal_id"], text=text)
    answer = pair.ada.http.post(
        f"/api/v1/partnerships/{pair.ada.partnership_id}/members",
        json={"party_id": pair.ada.party_id, "name": "<script>alert(1)</script>", "mandates": ["negotiator"]},
    )
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.post(answer.json()["link"])
    assert page.status_code == 200
    seen = _Seen()
    seen.feed(page.text)
    assert seen.tags.count("script") == 2, "only our own scripts"
    assert not {"img", "svg", "iframe", "object", "embed", "style", "video", "marquee"} & set(seen.tags)
    assert not [name for name in seen.attributes if name.startswith("on") or name == "style"]
    assert all(address.startswith(("#", "/", "../")) for address in seen.addresses)


class _Seen(HTMLParser):
    """The tags, attributes and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src", "action")}
