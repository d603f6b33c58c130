"""What a fault says of what was kept is true, whenever it comes, and no line of the log quotes what somebody wrote."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from server.log.database import migrate, open_database
from server.people.identity import Identity
from tests.conftest import ONETEXT
from tests.databases import fresh_url
from tests.server.conftest import Pair, pair_on
from tests.server.failing import Fails
from tests.server.served import Served


@pytest.fixture
def failing(database_url: str) -> tuple[Pair, Fails]:
    fails = Fails()
    return pair_on(Served(database_url, around=fails)), fails


@pytest.mark.parametrize("after", [False, True])
def test_a_commit_that_fails_may_have_been_kept_and_sending_it_again_tells(
    failing: tuple[Pair, Fails], after: bool
) -> None:
    pair, fails = failing
    fails.armed, fails.after = "write", after
    answer = pair.ada.post("open_term", "c1", heading="1 Price")
    assert answer.status_code == 500
    assert "not known" in answer.json()["detail"]
    assert "nothing of this was kept" not in answer.json()["detail"]
    assert answer.json()["next"] == "Send it again with the same command_id: it is recorded once."
    fails.armed, fails.after = "command_ids", False  # the agreement was let go, and cannot be loaded for the retry
    assert "not known" in pair.ada.post("open_term", "c1", heading="1 Price").json()["detail"]
    again = pair.ada.post("open_term", "c1", heading="1 Price")
    assert again.status_code == (200 if after else 201)
    assert [term["heading"] for term in pair.cid.get()["terms"]] == ["1 Price"]
    pair.node.stop()


def test_what_fails_after_the_commit_says_that_it_was_kept(failing: tuple[Pair, Fails]) -> None:
    pair, fails = failing
    pair.ada.do("open_term", heading="1 Price")
    first = pair.ada.post("open_term", "c1", heading="2 Hours")
    fails.armed = "events"  # the answer of the retry is read from the log
    answer = pair.ada.post("open_term", "c1", heading="2 Hours")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("This was kept;")
    assert pair.ada.post("open_term", "c1", heading="2 Hours").json() == first.json()
    pair.node.stop()


def test_what_fails_before_anything_is_looked_up_knows_nothing_of_an_earlier_sending(database_url: str) -> None:
    fails = Fails()
    node = Served(database_url, around=fails)
    pair = pair_on(node)
    node.stop()
    node = Served(database_url, around=fails)
    ada = type(pair.ada)(node.url, pair.ada.token, pair.ada.party_id, pair.ada.partnership_id)
    ada.agreement_id = pair.ada.agreement_id
    assert ada.http.get(f"/api/v1/partnerships/{ada.partnership_id}").status_code == 200
    fails.armed = "command_ids"  # the agreement cannot be loaded
    answer = ada.post("open_term", heading="1 Price")
    assert answer.status_code == 500
    assert "not known" in answer.json()["detail"]
    assert "nothing of this was kept" not in answer.json()["detail"]
    assert ada.get()["version"] == 1
    node.stop()


def test_what_fails_while_it_is_read_says_that_the_asker_changed_nothing(failing: tuple[Pair, Fails]) -> None:
    pair, fails = failing
    fails.armed = "events"
    answer = pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/events")
    assert answer.status_code == 500
    assert "you have changed nothing by it" in answer.json()["detail"]
    pair.node.stop()


SECRET = "The price of silence is 17.60"


def test_no_line_of_the_log_quotes_a_term_or_a_secret(tmp_path: Path, database_url: str) -> None:
    """A node whose database refuses what it writes, and one that cannot start, each on a database that is broken so."""
    database = open_database(database_url)
    migrate(database)
    token = Identity(database.beside).secret("host_token")
    lines = []
    with _serving(database_url) as (url, process):
        formed = httpx.post(
            f"{url}/api/v1/partnerships",
            headers={"Authorization": f"Bearer {token}"},
            json={"kind": "alliance", "purpose": SECRET, "parties": [{"name": "A"}, {"name": "B"}]},
        ).json()
        says = {"Authorization": f"Bearer {next(iter(formed['tokens'].values()))}"}
        path = f"{url}/api/v1/partnerships/{formed['partnership_id']}"
        agreement = httpx.post(f"{path}/agreements", headers=says, json={"title": SECRET}).json()["agreement_id"]
        with database.beside.begin() as connection:  # whatever is written now breaks a rule of the database
            connection.execute(text("DROP TABLE people"))
            connection.execute(text("ALTER TABLE command_outcomes RENAME TO elsewhere"))
        item = {"op": "add", "heading": SECRET, "text": SECRET}
        command = {"command_id": str(uuid.uuid4()), "type": "make_proposal", "items": [item]}
        answer = httpx.post(f"{url}/api/v1/agreements/{agreement}/commands", headers=says, json=command)
        assert answer.status_code == 500
        members = {"party_id": formed["parties"][0]["party_id"], "name": SECRET, "email": "s@x.example"}
        assert httpx.post(f"{path}/members", headers=says, json=members).status_code == 500
        assert httpx.get(path, headers=says).status_code in (200, 500)
        process.terminate()
        lines.append(process.communicate(timeout=30)[1])
    with database.beside.begin() as connection:
        connection.execute(text("DROP TABLE secrets"))
        connection.execute(text("CREATE TABLE secrets (name VARCHAR(40), value TEXT CHECK (length(value) < 3))"))
    process = _started(database_url)
    lines.append(process.communicate(timeout=60)[1])
    assert process.returncode != 0
    database.close()
    said = "\n".join(lines)
    assert "fault" in said
    assert "cannot start" in said or "cannot be used" in said
    for secret in (SECRET, "17.60", token, *formed["tokens"].values(), "s@x.example"):
        assert secret not in said
    assert "parameters:" not in said


class _serving:
    def __init__(self, url: str) -> None:
        self.process = _started(url)

    def __enter__(self) -> tuple[str, subprocess.Popen[str]]:
        assert self.process.stdout
        return self.process.stdout.readline().split()[-1], self.process

    def __exit__(self, *_: object) -> None:
        self.process.kill()


def _started(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [ONETEXT, "serve", "--port", "0", "--database", url],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "ONETEXT_LOG_FORMAT": "json"},
    )  # fmt: skip


@pytest.mark.parametrize("trial", range(3))
def test_nodes_that_start_at_once_on_an_empty_database_all_serve(trial: int, tmp_path: Path) -> None:
    url = fresh_url("postgresql", tmp_path)
    nodes = [_started(url) for _ in range(4)]
    try:
        for node in nodes:
            assert node.stdout
            line = node.stdout.readline()
            assert "listening on" in line, node.communicate(timeout=20)[1]
            assert httpx.get(f"{line.split()[-1]}/readyz", timeout=20).status_code == 200
    finally:
        for node in nodes:
            node.kill()
            node.communicate()


def test_a_secret_is_made_once_whoever_is_first(database_url: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    database = open_database(database_url)
    migrate(database)
    with ThreadPoolExecutor(8) as pool:
        for name in map(str, range(12)):
            made = list(pool.map(lambda _, name=name: Identity(database.beside).secret(name), range(8)))
            assert len(set(made)) == 1
    database.close()


@pytest.mark.parametrize("after", [False, True])
def test_an_opening_that_fails_may_have_been_kept(failing: tuple[Pair, Fails], after: bool) -> None:
    pair, fails = failing
    fails.armed, fails.after = "write", after
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}"
    answer = pair.ada.http.post(f"{path}/agreements", json={"title": "Perhaps"})
    assert answer.status_code == 500
    assert "not known" in answer.json()["detail"]
    assert answer.json()["next"] == "Look whether it is there before you try it again."
    titles = [each["title"] for each in pair.ada.http.get(path).json()["agreements"]]
    assert ("Perhaps" in titles) == after
    pair.node.stop()
