"""Forming a partnership on a page, links by e-mail and for further devices, and signing out."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, Session
from sqlalchemy import text
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as opened
from websockets.typing import Subprotocol

from tests.server.conftest import Pair, pair_on
from tests.server.served import Served


class Post(MessageHandler):
    """A real mail server that keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Message] = []
        self._came = threading.Condition()

    def handle_message(self, message: Message) -> None:
        with self._came:
            self.letters.append(message)
            self._came.notify_all()

    def wait_for(self, count: int) -> list[Message]:
        """The letters, once there are so many."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.letters) >= count, 20), f"{len(self.letters)} letters came"
        return self.letters


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def post() -> Iterator[tuple[Post, str]]:
    handler, port = Post(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


PUBLIC = "http://onetext.example"
FORM = {
    "kind": "supplier", "purpose": "To build pumps",
    "party_a": "Nordhaven", "person_a": "Ida", "email_a": "ida@n.example",
    "party_b": "Ferrum", "person_b": "Rolf", "email_b": "",
}  # fmt: skip


def formed(node: Served) -> list[str]:
    """Both invitations of a partnership that was formed on the page."""
    page = f"{node.url}/form/{node.host_token}"
    assert httpx.get(page).status_code == 200
    done = httpx.post(page, data=FORM)
    assert done.status_code == 201
    own = re.findall(r'href="(http[^"]+/join/[^"]+)"', done.text)
    return [*own, *re.findall(r"(http\S+/join/\S+)</textarea>", done.text)]


def seat_of(client: httpx.Client, link: str) -> str:
    """Enter by a link; the address of the member's pages."""
    entered = client.post(link)
    assert entered.status_code == 303, entered.text
    return f"{link.split('/join/')[0]}/{entered.headers['location'].split('/')[1]}"


def test_the_host_forms_a_partnership_on_a_page_and_both_enter(served: Served) -> None:
    links = formed(served)
    assert len(links) == 2
    for link, name in zip(links, ("Ida", "Rolf"), strict=True):
        with httpx.Client() as client:
            home = client.get(f"{seat_of(client, link)}/")
            assert home.status_code == 200
            assert f"You are {name}" in home.text
            assert "To build pumps" in home.text
    assert httpx.get(f"{served.url}/form/wrong").status_code == 404
    assert httpx.post(f"{served.url}/form/wrong", data=FORM).status_code == 404
    incomplete = httpx.post(f"{served.url}/form/{served.host_token}", data=FORM | {"person_b": ""})
    assert incomplete.status_code == 400


def test_a_known_address_is_sent_a_link_that_works_once(database_url: str, post: tuple[Post, str]) -> None:
    handler, smtp_url = post
    node = Served(database_url, smtp_url=smtp_url, public_url=PUBLIC)
    formed(node)
    unknown = httpx.post(f"{node.url}/sign-in", data={"email": "nobody@n.example"})
    known = httpx.post(f"{node.url}/sign-in", data={"email": "Ida@N.example"})
    assert known.text.replace("Ida@N.example", "") == unknown.text.replace("nobody@n.example", "")
    httpx.post(f"{node.url}/sign-in", data={"email": "ida@n.example"}, headers={"Host": "evil.example"})
    (letter,) = handler.wait_for(1)
    assert letter["To"] == "Ida@N.example"
    (link,) = re.findall(rf"{PUBLIC}/join/\S+", str(letter.get_payload()))
    link = link.replace(PUBLIC, node.url)
    with httpx.Client() as ida:
        assert "You are Ida" in ida.get(f"{seat_of(ida, link)}/").text
    assert httpx.post(link).status_code == 409
    pair = pair_on(node)
    body = {"party_id": pair.ada.party_id, "name": "Per", "email": "per@n.example", "mandates": ["signatory"]}
    made = pair.ada.http.post(f"/api/v1/partnerships/{pair.ada.partnership_id}/members", json=body).json()
    assert handler.wait_for(2)[-1]["To"] == "per@n.example"
    assert made["link"] in str(handler.letters[-1].get_payload()).replace("=\n", "").replace("=3D", "=")
    node.stop()


def test_what_is_no_address_is_said_so_and_nobody_is_admitted(served: Served) -> None:
    refused = httpx.post(f"{served.url}/form/{served.host_token}", data=FORM | {"email_a": '"'})
    assert refused.status_code == 400
    assert "email_a is no e-mail address." in refused.text
    assert 'value="To build pumps"' in refused.text, "what was filled in stays"
    pair = pair_on(served)
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}"
    before = pair.ada.http.get(path).json()["members"]
    for email in ('"', "a@b\nBcc: c@d", "nobody", "a b@c", ""):
        body = {"party_id": pair.ada.party_id, "name": "Per", "email": email}
        answer = pair.ada.http.post(f"{path}/members", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), email
    assert pair.ada.http.get(path).json()["members"] == before


def test_a_password_goes_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server offers STARTTLS and takes nothing without it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    said: list[tuple[bool, bytes]] = []

    def let_in(server: SMTP, session: Session, envelope: object, mechanism: str, given: LoginPassword) -> AuthResult:
        said.append((session.ssl is not None, given.password))
        return AuthResult(success=True)

    handler = Post()
    controller = Controller(
        handler, hostname="localhost", port=free_port(), tls_context=context, require_starttls=True,
        authenticator=let_in, auth_required=True,
    )  # fmt: skip
    controller.start()
    node = Served(
        f"sqlite:///{tmp_path}/x.db",
        smtp_url=f"smtp://onetext:s%40fe@localhost:{controller.port}",
        public_url=PUBLIC,
    )
    formed(node)
    httpx.post(f"{node.url}/sign-in", data={"email": "ida@n.example"})
    handler.wait_for(1)
    assert said == [(True, b"s@fe")]
    node.stop()
    controller.stop()


def test_without_a_mail_server_nobody_is_promised_a_letter(served: Served) -> None:
    assert "Ask a signatory or sponsor" in httpx.get(served.url).text
    assert "No e-mail is sent from here" in httpx.post(f"{served.url}/sign-in", data={"email": "a@b.example"}).text


def test_members_make_links_for_their_further_devices_and_sponsors_for_others(served: Served) -> None:
    first, second = formed(served)
    with httpx.Client() as ida, httpx.Client() as rolf, httpx.Client() as phone:
        seat = seat_of(ida, first)
        rolf_seat = seat_of(rolf, second)
        link = ida.post(f"{seat}/links", json={}).json()["link"]
        assert "You are Ida" in phone.get(f"{seat_of(phone, link)}/").text
        api = f"{seat}/api/v1/partnerships/"
        partnership_id = re.findall(r'data-api="[^"]*/partnerships/([^"]+)"', ida.get(f"{seat}/").text)[0]
        shown = ida.get(api + partnership_id).json()
        ids = {member["name"]: member["member_id"] for member in shown["members"]}
        made = ida.post(
            f"{api}{partnership_id}/members",
            json={"party_id": shown["parties"][0]["party_id"], "name": "Per", "mandates": ["signatory"]},
        ).json()
        assert ida.post(f"{seat}/links", json={"member_id": made["member_id"]}).status_code == 201
        assert ida.post(f"{seat}/links", json={"member_id": ids["Rolf"]}).status_code == 404
        assert rolf.post(f"{rolf_seat}/links", json={"member_id": ids["Ida"]}).status_code == 404
        assert httpx.post(f"{seat}/links", json={}).status_code == 401


async def test_signing_out_ends_the_session_and_its_sockets(served: Served) -> None:
    pair: Pair = pair_on(served)
    invited = pair.ada.http.post(
        f"/api/v1/partnerships/{pair.ada.partnership_id}/members",
        json={"party_id": pair.ada.party_id, "name": "Ben", "mandates": ["negotiator"]},
    ).json()["link"]
    async with httpx.AsyncClient() as desk, httpx.AsyncClient() as phone:

        async def enter(client: httpx.AsyncClient, link: str) -> tuple[str, dict[str, str]]:
            entered = await client.post(link)
            seat = f"{served.url}/{entered.headers['location'].split('/')[1]}"
            return seat, {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}

        seat, cookie = await enter(desk, invited)
        link = (await desk.post(f"{seat}/links", json={})).json()["link"]
        _, phone_cookie = await enter(phone, link)
        live = f"{seat.replace('http', 'ws')}/agreements/{pair.ada.agreement_id}/live"
        async with (
            connect(live, additional_headers=cookie) as at_desk,
            connect(live, additional_headers=phone_cookie) as on_phone,
        ):
            assert (await desk.post(f"{seat}/sign-out", json={})).status_code == 200
            assert await close_code(at_desk) == 4401
            assert (await desk.get(f"{seat}/", headers=cookie)).status_code == 401
            assert (await phone.get(f"{seat}/")).status_code == 200
            await on_phone.ping()
            assert (await phone.post(f"{seat}/sign-out", json={"everywhere": True})).status_code == 200
            assert await close_code(on_phone) == 4401
            assert (await phone.get(f"{seat}/", headers=phone_cookie)).status_code == 401


async def close_code(live: Any) -> int:
    try:
        while True:
            json.loads(await asyncio.wait_for(live.recv(), 20))
    except ConnectionClosed:
        return int(live.close_code)


def test_pages_tell_people_of_refusals_and_programs_of_problems(served: Served) -> None:
    nobody = f"{served.url}/0123456789/agreements/00000000-0000-0000-0000-000000000000"
    page = httpx.get(nobody, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "<h1>" in page.text
    beside = httpx.get(nobody, headers={"Accept": "text/html", "HX-Request": "true"})
    assert beside.status_code == 401
    assert 'class="refused"' in beside.text
    assert "<html" not in beside.text
    assert httpx.get(nobody).json()["code"] == "not_signed_in"
    assert "<h1>" in httpx.get(f"{served.url}/nowhere", headers={"Accept": "text/html"}).text


def test_signing_out_everywhere_voids_links_that_are_not_used_yet(served: Served) -> None:
    first, _ = formed(served)
    with httpx.Client() as ida, httpx.Client() as finder:
        seat = seat_of(ida, first)
        link = ida.post(f"{seat}/links", json={}).json()["link"]
        assert ida.post(f"{seat}/sign-out", json={"everywhere": True}).status_code == 200
        assert finder.post(link).status_code == 409


async def test_a_session_that_expires_closes_its_socket(served: Served) -> None:
    pair = pair_on(served)
    invited = pair.ada.http.post(
        f"/api/v1/partnerships/{pair.ada.partnership_id}/members",
        json={"party_id": pair.ada.party_id, "name": "Ben", "mandates": ["negotiator"]},
    ).json()["link"]
    async with httpx.AsyncClient() as desk:
        entered = await desk.post(invited)
        seat = f"{served.url}/{entered.headers['location'].split('/')[1]}"
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in desk.cookies.items())}
        served.clock.forward(days=29, hours=23, minutes=59, seconds=58)
        live = f"{seat.replace('http', 'ws')}/agreements/{pair.ada.agreement_id}/live"
        async with connect(live, additional_headers=cookie) as socket_:
            assert await close_code(socket_) == 4401


def test_who_forms_a_partnership_is_shown_the_own_side_alone(database_url: str, post: tuple[Post, str]) -> None:
    """The other side's link goes out by mail; without one, it is there to be copied once, with whose it is."""
    handler, smtp_url = post
    node = Served(database_url, smtp_url=smtp_url, public_url=PUBLIC)
    page = f"{node.url}/form/{node.host_token}"
    told = httpx.post(page, data=FORM | {"email_b": "rolf@f.example"}).text
    assert len(re.findall("/join/", told)) == 1, "the own link alone"
    assert "on its way to rolf@f.example" in told
    (letter,) = handler.wait_for(1)
    assert letter["To"] == "rolf@f.example"
    (link,) = re.findall(rf"{PUBLIC}/join/\S+", str(letter.get_payload()))
    assert link not in told
    with httpx.Client() as rolf:
        assert "You are Rolf" in rolf.get(f"{seat_of(rolf, link.replace(PUBLIC, node.url))}/").text
    copied = httpx.post(page, data=FORM).text
    assert "This link is Rolf’s alone: whoever opens it acts for Ferrum." in copied
    (theirs,) = re.findall(r"(http\S+/join/\S+)</textarea>", copied)
    assert f'href="{theirs}"' not in copied, "it is not offered to be opened"
    node.stop()


def test_a_first_members_token_dies_when_its_party_first_enters_by_a_link(served: Served) -> None:
    pair = pair_on(served)
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}"
    program = pair.ada.admit("A program", "negotiator", "signatory")
    made = pair.ada.http.post(f"{path}/members", json={"party_id": pair.ada.party_id, "name": "Nora"}).json()
    assert httpx.get(made["link"]).status_code == 200
    assert pair.ada.http.get(path).status_code == 200, "looking at a link enters nobody"
    bearer = {"Authorization": f"Bearer {pair.ada.token}"}
    with opened(pair.live_url, additional_headers=bearer, subprotocols=[Subprotocol("onetext.json.v1")]) as live:
        live.recv(timeout=10)
        with httpx.Client() as nora:
            seat_of(nora, made["link"])
        with pytest.raises(ConnectionClosed) as closed:
            list(live)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4401, "what the token had opened is closed"
    assert pair.ada.http.get(path).status_code == 401
    assert pair.cid.http.get(path).status_code == 200, "the other party's lives until that enters"
    assert program.http.get(path).status_code == 200


def test_an_invitation_is_not_used_up_where_no_session_comes_of_it(served: Served) -> None:
    links = formed(served)
    database = served.database
    with database.beside.begin() as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO elsewhere"))
    assert httpx.post(links[0]).status_code == 500
    with database.beside.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO sessions"))
    with httpx.Client() as ida:
        assert "You are Ida" in ida.get(f"{seat_of(ida, links[0])}/").text


def test_the_home_page_shows_every_agreement_with_what_waits_in_it(served: Served) -> None:
    pair = pair_on(served)
    second = pair.ada.open_agreement("Claims line")
    pair.propose("one")
    pair.cid.agreement_id = second
    made = pair.cid.do("make_proposal", items=[{"op": "add", "heading": "7 Hours", "text": "x"}])
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}/members"
    body = {"party_id": pair.ada.party_id, "name": "Nora", "mandates": ["signatory"]}
    link = pair.ada.http.post(path, json=body).json()["link"]
    with httpx.Client() as browser:
        seat = seat_of(browser, link)
        home = browser.get(f"{seat}/").text
        member = re.findall(r"forms/grant\?member=([0-9a-f-]+)", home)[0]
        grant = browser.get(f"{seat}/forms/grant?member={member}").text
    assert home.count('href="agreements/') == 2
    assert home.count("0 of 1 agreed") == 2
    assert "waiting for us 1" in home
    assert "waiting for Castellan 1" in home
    for heading in ("1 Price", "7 Hours"):
        assert f">{heading}</option>" in grant, "both agreements have the same title, and each its clauses"
    assert made["proposal_id"] not in home


@pytest.mark.parametrize("gone", ["agreements", "tokens"])
def test_a_link_is_not_used_up_by_an_entry_that_is_not_answered(database_url: str, gone: str) -> None:
    """Whatever of the database cannot be read or written meanwhile."""
    node = Served(database_url)
    link = formed(node)[0]
    engine = node.database.models if gone == "agreements" else node.database.beside
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {gone} RENAME TO away"))
    failed = httpx.post(link)
    assert failed.status_code == 500
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE away RENAME TO {gone}"))
    entered = httpx.post(link)
    assert entered.status_code == 303
    assert "set-cookie" in entered.headers
    node.stop()
