"""What is sealed leaves nothing anywhere before the reveal, and nothing after its erasure; it is revealed once or not
at all, whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import orjson
import psycopg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.sync.client import connect as live
from websockets.typing import Subprotocol

from server.doors.access import seat_name
from server.log.backup import back_up
from server.log.database import open_database
from server.log.keys import KeyUnusable, read_keys
from server.log.vault import Vault
from tests.conftest import ONETEXT
from tests.databases import fresh_url
from tests.relationships import answers, statements
from tests.server.conftest import Pair, on, pair_on
from tests.server.failing import Fails, HearsLate
from tests.server.served import Program, Served
from tests.server.test_relationship import LATER, Partner

SENTINEL = "kestrel-velvet-anchor"
"""What nobody writes by chance."""


class Node:
    """A node that is a process of its own, whose log is kept in a file."""

    def __init__(self, url: str, folder: Path, **environment: str) -> None:
        self.url, self.log = url, folder / f"{time.monotonic_ns()}.log"
        limits = {"ONETEXT_RATE_COMMANDS": "0", "ONETEXT_RATE_REQUESTS": "0"}
        self.process = subprocess.Popen(
            [ONETEXT, "serve", "--port", "0", "--database", url],
            stdout=subprocess.PIPE,
            stderr=self.log.open("wb"),
            text=True,
            env={**os.environ, **limits, **environment},
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert "listening on" in line, self.log.read_text("utf-8")
        self.address = line.split()[-1]

    def form(self) -> tuple[Program, Program]:
        token = subprocess.run(
            [ONETEXT, "host-token", "--database", self.url], capture_output=True, text=True, check=True
        ).stdout.strip()
        formed = httpx.post(
            f"{self.address}/api/v1/partnerships",
            headers={"Authorization": f"Bearer {token}"},
            json={"kind": "alliance", "purpose": "", "parties": [{"name": "Meridian"}, {"name": "Castellan"}]},
        ).json()
        ada, cid = (
            Program(self.address, formed["tokens"][each["party_id"]], each["party_id"], formed["partnership_id"])
            for each in formed["parties"]
        )
        return ada, cid

    def stop(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(20)


def at(node: Node, member: Program) -> Partner:
    return Partner(Program(node.address, member.token, member.party_id, member.partnership_id, member.member_id))


def in_every_field(word: str) -> list[dict[str, Any]]:
    """The contents of both kinds, with the word in each of their fields."""
    trust = statements("contractual", "competence", "goodwill", words=f"we say {word} here")
    skills = answers("trust", "future", words=word)
    skills["answers"][0]["example"] = f"{word}, for one"
    return [trust, skills]


def wrong(word: str) -> Iterator[dict[str, Any]]:
    """What is no content, with the word where an error might quote it."""
    trust = statements("goodwill", words=word)
    yield trust | {word: word}
    yield {"statements": [trust["statements"][0] | {word: "x"}]}
    yield {"statements": [trust["statements"][0] | {"category": word}]}
    yield {"statements": [trust["statements"][0] | {"builds": [word]}]}
    yield {"statements": trust["statements"] * 2}
    yield {"answers": [{"skill": word, "where_we_stand": word}]}
    yield {word: word}
    yield statements("goodwill", words=word * 1000)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_leaks_before_the_reveal(kind: str, tmp_path: Path) -> None:
    """Every byte that the other party, observers, metrics, logs, exports, errors and the shared streams get."""
    url = fresh_url(kind, tmp_path)
    nodes = [Node(url, tmp_path)] if kind == "sqlite" else [Node(url, tmp_path), Node(url, tmp_path)]
    ours, theirs = nodes[0].form()
    ada, cid = at(nodes[0], ours), at(nodes[-1], theirs)
    edda = at(nodes[0], ours.admit("Edda", observer=True))
    ines = at(nodes[-1], theirs.admit("Ines", observer=True))
    ours.agreement_id = ours.open_agreement("Claims line")
    got: list[bytes] = []
    listening = Listening(
        [(nodes[-1], cid), (nodes[0], edda), (nodes[-1], ines), (nodes[0], ada)], ours.agreement_id, got
    )
    listening.start()

    exchanges = [ada.do("open_exchange", kind=each, until=LATER)["exchange_id"] for each in ("trust", "skills")]
    for round_ in range(3):
        for exchange, content in zip(exchanges, in_every_field(f"{SENTINEL}-{round_}"), strict=True):
            answer = ada.post("seal", f"c{round_}{exchange}", exchange_id=exchange, content=content)
            assert answer.status_code == 201
            got.append(answer.content)
            got.append(ada.post("seal", f"c{round_}{exchange}", exchange_id=exchange, content=content).content)
    for content in wrong(SENTINEL):
        refused = ada.http.post(
            f"{ada.path}/commands",
            json={"command_id": "w", "type": "seal", "exchange_id": exchanges[0], "content": content},
        )
        assert refused.status_code in (400, 413), refused.text
        got.append(refused.content)
    got += by_socket(nodes[0], ada, exchanges[0])
    for partner in (cid, edda, ines):
        seat = f"{partner.member.url}/{seat_name(NOBODY)}"
        for path in ("/", "/guide", "/history/", f"/history/{ours.agreement_id}/", f"/agreements/{ours.agreement_id}"):
            page = httpx.get(f"{seat}{path}", headers={**partner.http.headers, "Accept": "text/html"})
            assert page.status_code == 200, page.text
            got.append(page.content)
        for path in ("", "/needs", "/intentions", "/exchanges", "/trust", "/events?limit=1000"):
            got.append(partner.http.get(f"{partner.path}{path}").content)
        for exchange in exchanges:
            got.append(partner.http.get(f"{partner.path}/exchanges/{exchange}/own").content)
        for path in ("", "/events?limit=1000", "/timeline", "/document.md", "/document.json"):
            got.append(partner.http.get(f"/api/v1/agreements/{ours.agreement_id}{path}").content)
    for node in nodes:
        got += [httpx.get(f"{node.address}{path}").content for path in ("/metrics", "/healthz", "/readyz")]
    export = [ONETEXT, "export", "--database", url, ours.agreement_id, "--format", "json"]
    got.append(subprocess.run(export, capture_output=True, check=True).stdout)
    ada.do("disclose_need", text="the last word")
    ours.do("open_term", heading="the last word")
    listening.wait_for(b"the last word")
    presences = listening.look_around()
    listening.stop()
    assert all(len(each) > 1 for each in listening.frames.values())
    kept = kept_in(url, tmp_path) + [node.log.read_bytes() for node in nodes]
    got += kept
    assert sum(map(len, got)) > 20_000
    found = [each[:200] for each in got if SENTINEL.encode() in each]
    assert not found
    assert any(b"the last word" in each for each in kept), "the search finds what is kept"
    assert not [each for each in kept for presence in (b"presence", *presences) if presence in each.lower()]

    cid.do("seal", exchange_id=exchanges[0], content=statements("goodwill", words="ours"))
    assert SENTINEL in cid.http.get(f"{cid.path}/trust").text, "the search finds it once it is there"
    for node in nodes:
        node.stop()


NOBODY = "00000000-0000-4000-8000-000000000000"
"""Whose pages are asked for does not matter where a token says who asks."""


def by_socket(node: Node, partner: Partner, exchange_id: str) -> list[bytes]:
    """Seal by the live socket too, well and wrongly; the frames that come of it."""
    url = f"{node.address.replace('http', 'ws')}/partnerships/{partner.member.partnership_id}/live"
    frames: list[bytes] = []
    with live(url, additional_headers={"Authorization": f"Bearer {partner.member.token}"}) as socket:
        contents = [statements("goodwill", words=f"{SENTINEL} by socket"), *wrong(SENTINEL)]
        for number, content in enumerate(contents):
            command = {"command_id": f"socket-{number}", "type": "seal", "exchange_id": exchange_id, "content": content}
            socket.send(orjson.dumps(command).decode())
            while f"socket-{number}" not in (frame := str(socket.recv(20))):
                frames.append(frame.encode())
            frames.append(frame.encode())
    assert sum(b'"refused"' in each for each in frames) == len(contents) - 1
    return frames


class Listening:
    """Members with open sockets, of programs and of pages; everything that they are sent."""

    def __init__(self, who: list[tuple[Node, Partner]], agreement_id: str, got: list[bytes]) -> None:
        self.got, self.agreement_id = got, agreement_id
        streams = ("partnership", "agreement")
        self._sockets = [(*each, spoken, stream) for each in who for spoken in ("json", "html") for stream in streams]
        self.frames: dict[int, list[bytes]] = {number: [] for number in range(len(self._sockets))}
        self._look_around, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.wait_for(b"")

    def wait_for(self, said: bytes) -> None:
        """Until each socket was sent it."""
        deadline = time.monotonic() + 20
        while missing := [number for number, sent in self.frames.items() if not any(said in each for each in sent)]:
            assert time.monotonic() < deadline, f"{said!r} has not come to {[self._sockets[each] for each in missing]}"
            time.sleep(0.02)

    def look_around(self) -> list[bytes]:
        """Each member looks at something else for a moment, which the others see live; what they looked at."""
        self._look_around.set()
        places = sorted({self._place(number).encode() for number in range(len(self._sockets))})
        for place in places:
            deadline = time.monotonic() + 20
            while sum(any(place in each for each in sent) for sent in self.frames.values()) < 2:
                assert time.monotonic() < deadline, f"nobody sees who looks at {place!r}"
                time.sleep(0.02)
        return places

    @staticmethod
    def _place(number: int) -> str:
        return f"0badcafe-0bad-4bad-8bad-{number // 4:012d}"

    def stop(self) -> None:
        self._over.set()
        self._thread.join(20)
        self.got += [frame for sent in self.frames.values() for frame in sent]

    async def _listen(self) -> None:
        await asyncio.gather(*[self._one(number, *each) for number, each in enumerate(self._sockets)])

    async def _one(self, number: int, node: Node, partner: Partner, spoken: str, stream: str) -> None:
        member = partner.member
        stream_id = member.partnership_id if stream == "partnership" else self.agreement_id
        url = f"{node.address.replace('http', 'ws')}/{stream}s/{stream_id}/live?after=0"
        subprotocol = Subprotocol(f"onetext.{spoken}.v1")
        headers = {"Authorization": f"Bearer {member.token}"}
        async with connect(url, additional_headers=headers, subprotocols=[subprotocol]) as socket:
            looked = False
            while not self._over.is_set():
                if self._look_around.is_set() and not looked:
                    looked = not await socket.send(
                        orjson.dumps({"type": "presence", "at": self._place(number)}).decode()
                    )
                with contextlib.suppress(TimeoutError):
                    frame = await asyncio.wait_for(socket.recv(), 0.2)
                    self.frames[number].append(frame.encode() if isinstance(frame, str) else frame)


def kept_in(url: str, folder: Path) -> list[bytes]:
    """All that a database's files hold, and a new backup; of PostgreSQL every row of every table."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        back_up(path, folder / f"{time.monotonic_ns()}.backup")
        return [each.read_bytes() for each in folder.iterdir() if each.is_file() and each.suffix != ".log"]
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return [
            repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()).encode()  # type: ignore[arg-type]
            for (name,) in tables
        ]


# What is erased.


def ciphertexts(pair: Pair) -> list[bytes]:
    with pair.node.database.beside.connect() as connection:
        return [bytes(each) for each in connection.execute(text("SELECT ciphertext FROM sealed")).scalars()]


Ending = Callable[[Pair, Partner, Partner, str], Any]
ENDINGS: dict[str, Ending] = {
    "replaced": lambda _, ada, __, each: ada.do("seal", exchange_id=each, content=statements("goodwill", words="mild")),
    "taken back": lambda _, ada, __, each: ada.do("take_back_seal", exchange_id=each),
    "cancelled": lambda _, __, cid, each: cid.do("cancel_exchange", exchange_id=each),
    "expired": lambda pair, ada, __, ___: (pair.node.clock.forward(days=100), ada.get("/exchanges")),
    "revealed": lambda _, __, cid, each: cid.do("seal", exchange_id=each, content=statements("goodwill", words="x")),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_erased_is_in_no_file_and_no_new_backup(ending: str, tmp_path: Path) -> None:
    """On SQLite. While readers come and go, the WAL is emptied a moment later."""
    url = fresh_url("sqlite", tmp_path)
    pair = pair_on(Served(url))
    ada, cid = Partner(pair.ada), Partner(pair.cid)
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    ada.do("seal", exchange_id=exchange, content=statements("goodwill", words=SENTINEL))
    (ciphertext,) = ciphertexts(pair)
    assert any(ciphertext in each for each in kept_in(url, tmp_path)), "the search finds it while it is there"
    for each in tmp_path.glob("*.backup"):
        each.unlink()
    ENDINGS[ending](pair, ada, cid, exchange)
    deadline = time.monotonic() + 10
    while in_files(url, tmp_path, ciphertext):
        assert time.monotonic() < deadline, "it is there yet"
        time.sleep(0.2)
    if ending != "revealed":
        assert not [each for each in kept_in(url, tmp_path) if SENTINEL.encode() in each]
    assert len(ciphertexts(pair)) == (1 if ending == "replaced" else 0)
    pair.node.stop()


@pytest.mark.parametrize("ending", ENDINGS)
def test_on_postgresql_what_is_erased_is_in_no_row_and_its_table_is_written_anew(ending: str, tmp_path: Path) -> None:
    url = fresh_url("postgresql", tmp_path)
    pair = pair_on(Served(url))
    ada, cid = Partner(pair.ada), Partner(pair.cid)
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    ada.do("seal", exchange_id=exchange, content=statements("goodwill", words=SENTINEL))
    before = file_of(url)
    ENDINGS[ending](pair, ada, cid, exchange)
    assert len(ciphertexts(pair)) == (1 if ending == "replaced" else 0)
    deadline = time.monotonic() + 20
    while file_of(url) == before:
        assert time.monotonic() < deadline, "the table was not written anew"
        time.sleep(0.1)
    pair.node.stop()


def test_who_seals_first_erases_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    erasures: list[None] = []
    monkeypatch.setattr(type(served.database.log), "_leave_no_trace", lambda _: erasures.append(None))
    pair = pair_on(served)
    ada, cid = Partner(pair.ada), Partner(pair.cid)
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    ada.do("seal", exchange_id=exchange, content=statements("goodwill", words="first"))
    assert erasures == []
    ada.do("seal", exchange_id=exchange, content=statements("goodwill", words="second"))
    assert erasures == [None]
    cid.do("cancel_exchange", exchange_id=exchange)
    assert erasures == [None, None]


def test_a_seal_is_recorded_whatever_becomes_of_the_erasing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The WAL cannot be emptied, and PostgreSQL cannot be reached a second time; the log of the node says so."""
    fails = Mock(side_effect=psycopg.OperationalError("no more connections"))
    monkeypatch.setattr("server.log.sqlite.SqliteLog._leave_no_trace", fails, raising=True)
    monkeypatch.setattr("server.log.postgres.psycopg.connect", fails)
    pair = pair_on(served)
    ada = Partner(pair.ada)
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    with capture_logs() as told:
        for words in ("first", "second", "third"):
            ada.do("seal", exchange_id=exchange, content=statements("goodwill", words=words))
        deadline = time.monotonic() + 10
        while not [each for each in told if "what was erased" in each["event"]]:
            assert time.monotonic() < deadline, "nobody is told"
            time.sleep(0.02)
    assert ada.get(f"/exchanges/{exchange}/own")["content"] == statements("goodwill", words="third")
    assert len(ciphertexts(pair)) == 1


def test_who_reads_meanwhile_holds_up_nobody_who_seals_and_what_was_erased_goes_afterwards(tmp_path: Path) -> None:
    """A backup of what is sealed is under way: on SQLite it keeps the WAL, on PostgreSQL the table."""
    for kind in ("sqlite", "postgresql"):
        url = fresh_url(kind, tmp_path)
        pair = pair_on(Served(url))
        ada = Partner(pair.ada)
        exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
        ada.do("seal", exchange_id=exchange, content=statements("goodwill", words=SENTINEL))
        (ciphertext,) = ciphertexts(pair)
        before = file_of(url) if kind == "postgresql" else ""
        with pair.node.database.beside.connect() as reading:
            reading.execute(text("SELECT * FROM sealed")).all()
            ada.do("seal", exchange_id=exchange, content=statements("goodwill", words="mild"))
            ada.do("take_back_seal", exchange_id=exchange)
            if kind == "sqlite":
                assert any(ciphertext in each for each in kept_in(url, tmp_path)), "the reader was not in the way"
        deadline = time.monotonic() + 20
        while file_of(url) == before if kind == "postgresql" else in_files(url, tmp_path, ciphertext):
            assert time.monotonic() < deadline, "it is there yet"
            time.sleep(0.1)
        pair.node.stop()


def in_files(url: str, folder: Path, ciphertext: bytes) -> bool:
    for backup in folder.glob("*.backup"):
        backup.unlink()
    return any(ciphertext in each for each in kept_in(url, folder))


def file_of(url: str) -> str:
    """The file in which PostgreSQL keeps what is sealed: another one once it was written anew."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_relation_filepath('sealed')").fetchone()
        assert row
        return str(row[0])


# What is on its way.


def test_seals_of_one_party_at_one_instant_come_one_after_the_other(nodes: list[Served]) -> None:
    """What is kept is what the last of them said, whichever node took it."""
    pair = pair_on(nodes[0])
    partners = [Partner(pair.ada), Partner(on(nodes[1], pair.ada))]
    for trial in range(20):
        exchange = partners[0].do("open_exchange", kind="trust", until=LATER)["exchange_id"]
        with ThreadPoolExecutor(4) as pool:
            sealing = [
                pool.submit(
                    partners[each % 2].post,
                    "seal",
                    exchange_id=exchange,
                    content=statements("goodwill", words=f"{trial}-{each}"),
                )
                for each in range(4)
            ]
        answers_of = [each.result() for each in sealing]
        assert {each.status_code for each in answers_of} == {201}
        last = max(range(4), key=lambda each: answers_of[each].json()["version"])
        for partner in partners:
            own = partner.get(f"/exchanges/{exchange}/own")["content"]
            assert own == statements("goodwill", words=f"{trial}-{last}")
        assert len(ciphertexts(pair)) == 1
        partners[0].do("take_back_seal", exchange_id=exchange)
        partners[1].do("cancel_exchange", exchange_id=exchange)


def test_a_node_that_has_not_heard_of_a_new_seal_yet_shows_it_to_its_party(tmp_path: Path) -> None:
    late, url = HearsLate(), fresh_url("postgresql", tmp_path)
    nodes = [Served(url), Served(url, around=late)]
    try:
        pair = pair_on(nodes[0])
        ada, elsewhere = Partner(pair.ada), Partner(on(nodes[1], pair.ada))
        exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
        ada.do("seal", exchange_id=exchange, content=statements("goodwill", words="first"))
        assert elsewhere.get(f"/exchanges/{exchange}/own")["content"] == statements("goodwill", words="first")
        late.armed = True
        ada.do("seal", exchange_id=exchange, content=statements("goodwill", words="second"))
        assert elsewhere.get(f"/exchanges/{exchange}/own")["content"] == statements("goodwill", words="second")
        ada.do("take_back_seal", exchange_id=exchange)
        assert elsewhere.http.get(f"{elsewhere.path}/exchanges/{exchange}/own").status_code == 404
    finally:
        for node in nodes:
            node.stop()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_refused_or_failed_stays_nowhere(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused seal leaves nothing; one that met a fault is kept until it is known what became of it, 300 seconds at
    most once anything else is recorded."""
    fails = Fails()
    vaults: list[Vault] = []
    monkeypatch.setattr("server.node.Vault", lambda *given: vaults.append(Vault(*given)) or vaults[0])
    served = Served(fresh_url(kind, tmp_path), around=fails)
    ada = Partner(pair_on(served).ada)

    def held() -> bool:
        return "Opened(" in repr(vars(vaults[0]))

    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    for content in wrong(SENTINEL):
        ada.post("seal", exchange_id=exchange, content=content)
    ada.refused(
        "unknown_reference", "seal", exchange_id=str(uuid.uuid4()), content=statements("goodwill", words=SENTINEL)
    )
    assert not held()
    fails.armed = "write"
    assert ada.post("seal", exchange_id=exchange, content=statements("goodwill", words=SENTINEL)).status_code == 500
    assert held()
    real = time.monotonic
    monkeypatch.setattr("server.log.vault.time.monotonic", lambda: real() + 301)
    ada.do("disclose_need", text="Calm evenings", why=None)
    deadline = real() + 10
    while held():
        assert real() < deadline, "it is held yet"
        time.sleep(0.02)
    assert ada.get("/exchanges")["exchanges"][0]["commitments"] == {}
    served.stop()


# Once or not at all.


def test_two_seals_at_one_instant_from_two_nodes_reveal_once(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])
    ada, cid = Partner(pair.ada), Partner(on(nodes[1], pair.cid))
    for trial in range(200):
        exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
        start = threading.Barrier(2)
        answered: list[list[str]] = []

        def seal(
            partner: Partner,
            words: str,
            exchange: str = exchange,
            start: Any = start,
            answered: list[list[str]] = answered,
        ) -> None:
            start.wait()
            content = statements("goodwill", words=words)
            answer = partner.post("seal", exchange_id=exchange, content=content)
            assert answer.status_code == 201, answer.text
            answered.append([each["type"] for each in answer.json()["events"]])

        threads = [threading.Thread(target=seal, args=each) for each in ((ada, f"a{trial}"), (cid, f"c{trial}"))]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(answered) == [["ExchangeSealed"], ["ExchangeSealed", "ExchangeRevealed"]]
        said = {each["party_id"]: each["builds"] for each in ada.get("/trust")["trust"]}
        assert said == {ada.member.party_id: f"a{trial}", cid.member.party_id: f"c{trial}"}
    events = ada.http.get(f"{ada.path}/events", params={"limit": 1000}).json()["events"]
    assert sum(1 for each in events if each["type"] == "ExchangeRevealed") >= 200
    with nodes[0].database.beside.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sealed")).scalar() == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kill_9_between_seal_and_reveal_leaves_nothing_half(kind: str, tmp_path: Path) -> None:
    url = fresh_url(kind, tmp_path)
    node = Node(url, tmp_path)
    ours, theirs = node.form()
    for delay in (0.0, 0.002, 0.005, 0.01, 0.02, 0.05):
        ada, cid = at(node, ours), at(node, theirs)
        exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
        ada.do("seal", exchange_id=exchange, content=statements("goodwill", words="ours"))

        def seal(partner: Partner = cid, exchange: str = exchange) -> None:
            with contextlib.suppress(httpx.HTTPError):
                partner.post("seal", "theirs", exchange_id=exchange, content=statements("goodwill", words="theirs"))

        sealing = threading.Thread(target=seal)
        sealing.start()
        time.sleep(delay)
        node.stop(signal.SIGKILL)
        sealing.join()
        node = Node(url, tmp_path)
        ada, cid = at(node, ours), at(node, theirs)
        shown = next(each for each in ada.get("/exchanges")["exchanges"] if each["exchange_id"] == exchange)
        types = [each["type"] for each in ada.events()]
        if shown["state"] == "open":
            assert cid.member.party_id not in shown["commitments"]
            assert ada.get(f"/exchanges/{exchange}/own")["content"] == statements("goodwill", words="ours")
            cid.do("seal", exchange_id=exchange, content=statements("goodwill", words="theirs"))
        else:
            assert shown["state"] == "revealed"
            assert types[-2:] == ["ExchangeSealed", "ExchangeRevealed"]
            again = cid.post("seal", "theirs", exchange_id=exchange, content=statements("goodwill", words="other"))
            assert again.status_code == 200, "it was recorded, so the same command gets its first answer"
        assert {each["builds"] for each in ada.get("/trust")["trust"]} == {"ours", "theirs"}
    node.stop()


# The key.


def test_the_key_is_in_no_database_and_no_backup(tmp_path: Path) -> None:
    url = fresh_url("sqlite", tmp_path)
    pair = pair_on(Served(url))
    ada = Partner(pair.ada)
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    ada.do("seal", exchange_id=exchange, content=statements("goodwill", words=SENTINEL))
    written = Path(os.environ["ONETEXT_KEY_FILE"]).read_text("ascii").strip()
    keys = read_keys(Path(os.environ["ONETEXT_KEY_FILE"]))
    for key in (bytes.fromhex(written), keys.of("sealed exchanges")):
        for each in kept_in(url, tmp_path):
            assert key not in each
            assert key.hex().encode() not in each
    pair.node.stop()


def test_a_key_is_made_once_for_its_owner_alone_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "onetext.key"
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(read_keys(file).check)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    file.write_text("short")
    with pytest.raises(KeyUnusable, match="64 hexadecimal digits"):
        read_keys(file)


def test_another_key_than_that_of_what_is_sealed_is_told_and_what_is_lost_is_ended(tmp_path: Path) -> None:
    url = fresh_url("sqlite", tmp_path)
    first, second = tmp_path / "first.key", tmp_path / "second.key"
    node = Node(url, tmp_path, ONETEXT_KEY_FILE=str(first))
    ours, theirs = node.form()
    ada = at(node, ours)
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    ada.do("seal", exchange_id=exchange, content=statements("goodwill"))
    node.stop()

    def onetext(*said: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "ONETEXT_KEY_FILE": str(second)}
        command = [ONETEXT, *said, "--database", url]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30)

    refused = onetext("serve", "--port", "0")
    assert refused.returncode == 1
    assert "ONETEXT_KEY_FILE" in refused.stderr
    assert "forget-sealed" in refused.stderr
    assert onetext("forget-sealed").returncode == 0
    fits = onetext("forget-sealed")
    assert (fits.returncode, "nothing was erased" in fits.stderr) == (1, True)
    node = Node(url, tmp_path, ONETEXT_KEY_FILE=str(second))
    cid = at(node, theirs)
    deadline = time.monotonic() + 10
    while (shown := cid.get("/exchanges")["exchanges"][0])["state"] == "open":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (shown["state"], shown["cause"]) == ("cancelled", "lost")
    cid.do("open_exchange", kind="trust", until=LATER)
    node.stop()


def test_a_restored_log_whose_seals_are_gone_ends_their_exchanges(tmp_path: Path) -> None:
    url = fresh_url("sqlite", tmp_path)
    pair = pair_on(Served(url))
    ada, cid = Partner(pair.ada), Partner(pair.cid)
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    ada.do("seal", exchange_id=exchange, content=statements("goodwill"))
    with pair.node.database.beside.begin() as connection:
        connection.execute(text("DELETE FROM sealed"))
    pair.node.database.beside.dispose()
    answer = cid.post("seal", exchange_id=exchange, content=statements("goodwill"))
    assert answer.json()["code"] == "already_ended"
    (shown,) = cid.get("/exchanges")["exchanges"]
    assert (shown["state"], shown["cause"]) == ("cancelled", "lost")
    assert cid.events()[-1]["actor"]["kind"] == "clock"
    pair.node.stop()
    database = open_database(url)
    database.close()
