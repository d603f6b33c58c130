"""What is shown to outsiders: by a link that both agreed to, from any node, until it ends; and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connected

from domain.times import written
from tests.databases import fresh_url
from tests.pages import read
from tests.server.conftest import Pair, on, pair_on
from tests.server.served import Program, Served
from tests.server.test_records import dump
from tests.server.test_relationship import Partner
from tests.texts.test_papers import words


def later(node: Served, **by: float) -> str:
    return written(node.clock() + timedelta(**by))


def make(member: Program, node: Served, **more: Any) -> dict[str, str]:
    answer = member.http.post(shares_of(member), json={"expires_at": later(node, days=30)} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


def shares_of(member: Program) -> str:
    return f"/api/v1/agreements/{member.agreement_id}/shares"


def agree(member: Program, share_id: str) -> httpx.Response:
    return member.http.post(f"{shares_of(member)}/{share_id}/agreement")


def entered(link: str, node: Served | None = None) -> tuple[httpx.Client, httpx.Response]:
    """A guest who followed a link, on another node if one is given."""
    guest = httpx.Client(headers={"Accept": "text/html"}, timeout=20)
    if node:
        link = f"{node.url}/s/{link.rpartition('/')[2]}"
    return guest, guest.get(link, follow_redirects=True)


def test_a_link_opens_once_the_other_party_has_agreed(pair: Pair) -> None:
    ada, cid = pair.ada, pair.cid
    made = make(ada, pair.node, note="For our board")
    assert entered(made["link"])[1].status_code == 403
    own = agree(ada, made["share_id"])
    assert (own.status_code, own.json()["code"]) == (409, "needs_both")
    agreed = agree(cid, made["share_id"])
    assert agreed.status_code == 200
    assert agreed.json()["state"] == "agreed"
    assert agree(cid, made["share_id"]).json()["code"] == "not_yet_permitted"
    guest, page = entered(made["link"])
    assert page.status_code == 200
    assert page.url.path == f"/shared/{made['share_id']}/"
    assert made["link"].rpartition("/")[2] not in str(page.url)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    for member in (ada, cid):
        (shown,) = member.http.get(shares_of(member)).json()["shares"]
        assert (shown["note"], shown["party_id"]) == ("For our board", ada.party_id)
        assert shown["agreed"]["party_id"] == cid.party_id
    assert guest.get(page.url).status_code == 200


def test_who_may_share_agree_and_end(pair: Pair) -> None:
    ada, cid = pair.ada, pair.cid
    mei, sol = ada.admit("Mei", "negotiator"), cid.admit("Sol", "sponsor")
    observer = cid.admit("Ines", observer=True)
    body = {"expires_at": later(pair.node, days=1)}
    assert mei.http.post(shares_of(ada), json=body).json()["code"] == "not_authorised"
    assert observer.http.post(shares_of(ada), json=body).json()["code"] == "observer_read_only"
    past = ada.http.post(shares_of(ada), json={"expires_at": later(pair.node, days=-1)})
    assert past.json()["code"] == "invalid_value"
    assert ada.http.post(shares_of(ada), json={}).json()["code"] == "malformed"
    share_id = make(ada, pair.node)["share_id"]
    assert mei.http.post(f"{shares_of(ada)}/{share_id}/agreement").json()["code"] == "not_authorised"
    assert sol.http.post(f"{shares_of(ada)}/{share_id}/agreement").status_code == 200
    assert mei.http.delete(f"{shares_of(ada)}/{share_id}").json()["code"] == "not_authorised"
    assert sol.http.delete(f"{shares_of(ada)}/{share_id}").json()["state"] == "revoked"
    for act in (ada.http.delete(f"{shares_of(ada)}/{share_id}"), agree(cid, share_id)):
        assert act.json()["code"] == "already_ended"
    assert agree(cid, "00000000-0000-4000-8000-00000000dead").status_code == 404
    other = ada.open_agreement("Another")
    assert cid.http.post(f"/api/v1/agreements/{other}/shares/{share_id}/agreement").status_code == 404
    types = [each["type"] for each in Partner(ada).events()][-3:]
    assert types == ["ShareMade", "ShareAgreed", "ShareRevoked"]


@pytest.mark.parametrize("ending", ["revoked", "expired"])
async def test_an_open_page_ends_with_its_link_on_every_node(nodes: list[Served], ending: str) -> None:
    pair = await asyncio.to_thread(pair_on, nodes[0])
    lasts = {"expires_at": later(nodes[0], seconds=4)} if ending == "expired" else {}
    made = await asyncio.to_thread(lambda: make(pair.ada, nodes[0], **lasts))
    assert (await asyncio.to_thread(agree, on(nodes[1], pair.cid), made["share_id"])).status_code == 200
    sockets = []
    for node in nodes:
        guest, page = await asyncio.to_thread(entered, made["link"], node)
        assert page.status_code == 200, page.text
        cookie = "; ".join(f"{each.name}={each.value}" for each in guest.cookies.jar)
        live = f"{node.url.replace('http', 'ws')}/shared/{made['share_id']}/live"
        sockets.append((guest, page.url, await connect(live, additional_headers={"Cookie": cookie})))
    if ending == "revoked":
        ended = await asyncio.to_thread(pair.cid.http.delete, f"{shares_of(pair.cid)}/{made['share_id']}")
        assert ended.status_code == 200
    for guest, url, socket in sockets:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 10)
        assert socket.close_code == 4410
        assert (await asyncio.to_thread(guest.get, url)).status_code == 410
    assert (await asyncio.to_thread(entered, made["link"]))[1].status_code == 410


def test_what_is_guessed_opens_nothing(pair: Pair) -> None:
    made = make(pair.ada, pair.node)
    agree(pair.cid, made["share_id"])
    accept = {"Accept": "text/html"}
    assert httpx.get(f"{pair.node.url}/s/{'x' * 43}", headers=accept).status_code == 404
    address = f"{pair.node.url}/shared/{made['share_id']}/"
    assert httpx.get(address, headers=accept).status_code == 404
    name = f"onetext_share_{made['share_id']}"
    for forged in ("", f"{pair.ada.partnership_id}.", f"{pair.ada.partnership_id}.{'0' * 64}", "é.x"):
        cookie = f"{name}={forged}".encode()
        assert httpx.get(address, headers={**accept, "Cookie": cookie}).status_code == 404  # type: ignore[dict-item]
    secret = made["link"].rpartition("/")[2]
    with pair.node.database.beside.connect() as connection:
        dump = repr(connection.exec_driver_sql("SELECT * FROM share_links").all())
    assert made["share_id"] in dump
    assert secret not in dump


def test_both_parties_members_and_guests_read_the_same_bytes(pair: Pair) -> None:
    made = pair.propose()
    pair.cid.accept(made["proposal_id"])
    share = make(pair.ada, pair.node)
    agree(pair.cid, share["share_id"])
    guest, page = entered(share["link"])
    edda = pair.ada.admit("Edda", observer=True)
    pages = {path: guest.get(f"{page.url}{path}").content for path in ("", "audit", "?as_of=2")}
    for member in (pair.ada, pair.cid, edda):
        for path, content in pages.items():
            address = f"{pair.node.url}/0123456789/history/{pair.ada.agreement_id}/{path}"
            read = httpx.get(address, headers={"Authorization": f"Bearer {member.token}", "Accept": "text/html"})
            assert read.status_code == 200
            assert read.content == content
    assert b"1 Price" in pages[""]
    assert b"As it stood after event 2 of" in pages["?as_of=2"]


def test_nothing_that_a_guest_can_follow_or_send_changes_anything(pair: Pair) -> None:
    """A crawl of every link and form of the tree: all stays within, is only read, and leaves every row as it was."""
    made = pair.propose()
    objection = pair.cid.do(
        "raise_objection",
        proposal_id=made["proposal_id"],
        severity="concern",
        ground="cost",
        text="Too high",
        would_accept="Nine",
    )
    pair.ada.do("answer_objection", objection_id=objection["objection_id"], text="It covers nights.")
    pair.cid.accept(made["proposal_id"])
    share = make(pair.ada, pair.node)
    agree(pair.cid, share["share_id"])
    guest, page = entered(share["link"])
    before, tree = dump(pair.node), str(page.url)
    seen: dict[str, str] = {}
    waiting = [tree]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        answer = guest.get(address)
        assert answer.status_code == 200, address
        seen[address] = answer.text
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        html = read(answer.text)
        for node in html.nodes():
            assert not any(name.startswith(("data-command", "data-posts", "hx-post", "onclick")) for name in node.said)
            if node.tag == "form":
                assert (node.said.get("method") or "get").lower() == "get"
            for name in ("href", "src", "action"):
                if link := node.said.get(name):
                    target = urljoin(address, link).partition("#")[0]
                    assert target.startswith(tree) or urlsplit(target).path.startswith("/static/"), target
                    if target.startswith(tree) and target.count("as_of") < 2:
                        waiting.append(target)
    kinds = {urlsplit(each).path.removeprefix(urlsplit(tree).path).partition("/")[0] for each in seen}
    assert kinds >= {"", "audit", "course", "compare", "clauses", "consents.csv", "marks.svg"}
    assert len(seen) > 30
    assert not any(name in text for text in seen.values() for name in ("purpose", "To work together"))
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for address in list(seen)[:10]:
            assert guest.request(method, address).status_code in (404, 405)
    commands = f"{pair.node.url}/api/v1/agreements/{pair.ada.agreement_id}/commands"
    assert guest.post(commands, json={"command_id": "x", "type": "open_term", "heading": "x"}).status_code == 401
    assert dump(pair.node) == before


def test_a_link_shows_nothing_else_of_the_partnership(pair: Pair) -> None:
    """Another agreement, needs that nothing of this one names, trust, members' addresses: not a word in any page."""
    secret = "kestrel-velvet-anchor"
    ada, cid = Partner(pair.ada), Partner(pair.cid)
    ada.do("disclose_need", text=f"{secret} unlinked", why=secret)
    linked = ada.do("disclose_need", text="Calm evenings", why=None)
    ada.do("propose_intention", kind="vision", text=secret)
    principle = ada.do("propose_intention", kind="principle", text=secret)
    cid.do("adopt_intention", intention_id=principle["intention_id"], fingerprint=principle["fingerprint"])
    made = pair.propose()
    cites = {"severity": "concern", "ground": "principle", "principle_id": principle["intention_id"]}
    pair.cid.do("raise_objection", proposal_id=made["proposal_id"], text="Against what we said.", **cites)
    pair.cid.accept(made["proposal_id"])
    term_id = pair.ada.get()["terms"][0]["term_id"]
    pair.ada.do("link_need", term_id=term_id, need_id=linked["need_id"], base_version=1)
    other = Program(pair.ada.url, pair.ada.token, pair.ada.party_id, pair.ada.partnership_id)
    other.agreement_id = pair.ada.open_agreement(secret)
    other.do("open_term", heading=secret)
    share = make(pair.ada, pair.node, note=secret)
    agree(pair.cid, share["share_id"])
    guest, page = entered(share["link"])
    pages = ("", "audit", "course", "compare?from=0", f"clauses/{term_id}")
    for path in (*pages, "moments.json", "marks.json", "marks.svg", "consents.csv"):
        answer = guest.get(f"{page.url}{path}")
        assert answer.status_code == 200
        assert secret not in answer.text, path
    assert "Calm evenings" in page.text
    assert "It cites a guiding principle of both." in page.text
    for name in ("briefing", "document"):
        assert secret not in words(guest.get(f"{page.url}{name}.pdf").content)
    for path in (f"/api/v1/partnerships/{pair.ada.partnership_id}", f"/api/v1/agreements/{pair.ada.agreement_id}", "/"):
        answer = guest.get(f"{pair.node.url}{path}")
        assert secret not in answer.text
    assert cid.get("")["parties"]


@pytest.mark.parametrize("until", ["9999-12-01", "9999-12-31T23:59:59Z"])
def test_a_link_that_ends_in_a_far_year_opens(pair: Pair, until: str) -> None:
    made = make(pair.ada, pair.node, expires_at=until)
    agree(pair.cid, made["share_id"])
    guest, page = entered(made["link"])
    assert page.status_code == 200
    (cookie,) = guest.cookies.jar
    assert cookie.expires
    assert timedelta(days=369) < datetime.fromtimestamp(cookie.expires, UTC) - pair.node.clock() <= timedelta(days=400)


def test_what_a_guest_sends_is_not_listened_to(pair: Pair) -> None:
    made = make(pair.ada, pair.node)
    agree(pair.cid, made["share_id"])
    guest, _ = entered(made["link"])
    cookie = "; ".join(f"{name}={value}" for name, value in guest.cookies.items())
    live = f"{pair.node.url.replace('http', 'ws')}/shared/{made['share_id']}/live"
    with connected(live, additional_headers={"Cookie": cookie}) as socket:
        socket.send(b"\x00\xff")
        socket.send("words")
        with pytest.raises(TimeoutError):
            socket.recv(0.5)
        pair.ada.http.delete(f"{shares_of(pair.ada)}/{made['share_id']}")
        with pytest.raises(ConnectionClosed):
            socket.recv(5)
        assert socket.close_code == 4410


def test_a_guest_who_asks_too_much_is_not_told_that_the_link_was_ended(tmp_path: Path) -> None:
    node = Served(fresh_url("sqlite", tmp_path), rate_requests=5)
    try:
        pair = pair_on(node)
        made = make(pair.ada, node)
        agree(pair.cid, made["share_id"])
        guest, page = entered(made["link"])
        cookie = "; ".join(f"{name}={value}" for name, value in guest.cookies.items())
        live = f"{node.url.replace('http', 'ws')}/shared/{made['share_id']}/live"
        codes: set[int | None] = set()
        for _ in range(20):
            while guest.get(f"{page.url}marks.json").status_code != 429:
                pass
            with connected(live, additional_headers={"Cookie": cookie}) as socket:
                with contextlib.suppress(TimeoutError, ConnectionClosed):
                    socket.recv(0.2)
                codes.add(socket.close_code)
            if 1013 in codes:
                break
        assert 1013 in codes
        assert 4410 not in codes
    finally:
        node.stop()
