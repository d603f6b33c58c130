"""What is shown to outsiders: by a link that both agreed to, from any node, until it ends; and nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from domain.times import written
from tests.server.conftest import Pair, on
from tests.server.served import Program, Served
from tests.server.test_relationship import Partner


def later(node: Served, **by: float) -> str:
    return written(node.clock() + timedelta(**by))


def make(member: Program, node: Served, **more: Any) -> dict[str, str]:
    answer = member.http.post(shares_of(member), json={"expires_at": later(node, days=30), **more})
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
    from tests.server.conftest import pair_on

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
