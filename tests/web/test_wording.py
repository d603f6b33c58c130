"""Every sentence of the pages goes through the catalogue, where it stands once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from gettext import NullTranslations
from html import unescape
from itertools import count, product
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import create_engine
from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain.ids import PartnershipId
from domain.refusals import Code, Refusal
from domain.times import written
from domain.values import KINDS
from domain.words import (
    GROUNDS,
    LIVE,
    NOT_ENDED,
    RESOLUTION_KINDS,
    AgreementStatus,
    Mandate,
    Mark,
    ObjectionState,
    TermStatus,
    VoidCause,
)
from projections.home import HomePresent
from projections.present import Present
from projections.projector import Projector
from projections.timeline import timeline_body
from server.agreement_templates import Template
from server.doors.access import RateLimit
from server.doors.problems import on_fault, on_http_error, on_refusal
from server.doors.records import records_page
from server.doors.sign_in import Door
from server.faults import Fault, Kept
from server.log.database import migrate, open_database
from server.ops import catalogue
from server.texts.draft import What
from tests.databases import fresh_url
from tests.negotiations import NEEDS, PRINCIPLE, WITHDRAWN, World, random_step
from tests.negotiations import PARTIES as NEGOTIATORS
from tests.pages import Node, read
from tests.relationships import PARTIES, Bond, random_act
from tests.web.scenes import SCENES, VALUES, Scene
from tests.web.test_home import READERS, Negotiation, reader_of
from web import room_words, wording
from web.audience import Audience
from web.directory import Directory, Person
from web.echo import echo
from web.forms import form as room_form
from web.forms import reading
from web.fragments import DemoNotice, Window, context, room_page
from web.home_forms import form
from web.home_fragments import guide_page, home_page, own_page
from web.home_view import HomeView
from web.importing import Into, Preview, import_page, preview_fragment
from web.moments import tell
from web.offers import Against
from web.reader import Reader
from web.shared import Shared, SharedNeed
from web.templates import templates
from web.view import RoomView

_SAID = re.compile("⟦[^⟦⟧]*⟧")
_DATE = re.compile(r"\d+ [A-Z][a-z]+ \d{4}(, \d\d:\d\d(:\d\d)? UTC)?")
_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-about", "data-sign", "data-title")


class Marked(NullTranslations):
    """A language in which every sentence of the catalogue is seen to be one, but for what is named in it."""

    def gettext(self, message: str) -> str:
        if message not in in_the_catalogue():
            return message
        return re.sub(r"(%\(\w+\)s)", r"⟧\1⟦", f"⟦{message}⟧")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@cache
def in_the_catalogue() -> frozenset[str]:
    """What can be translated."""
    messages = (each.id for each in read_po(io.BytesIO(catalogue.written())))
    return frozenset(each for said in messages for each in ((said,) if isinstance(said, str) else said))


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(wording, "translations", Marked())
    wording.forget()
    yield
    monkeypatch.undo()
    wording.forget()


def test_the_catalogue_is_that_of_the_code() -> None:
    assert catalogue.FILE.read_bytes() == catalogue.written(), "run python -m server.ops.catalogue"


def not_said(page: Node) -> set[str]:
    """The words of a page that are neither a sentence of the catalogue nor part of one."""
    texts, attributes = [], []
    for node in page.nodes():
        if node.tag in ("script", "style", "code", "kbd"):
            node.inside = []
        texts.append(node.text)
        attributes += [node.said.get(each) or "" for each in _ATTRIBUTES]
    found: set[str] = set()
    for rest in (" ".join(texts), *attributes):
        while _SAID.search(rest):
            rest = _SAID.sub(" ", rest)
        found |= set(re.findall(r"[A-Za-z]{2,}", _DATE.sub(" ", rest)))
    return found


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("seed", range(3))
def test_every_sentence_of_a_home_its_forms_and_its_guide_can_be_translated(seed: int, tmp_path: Path) -> None:
    database = open_database(fresh_url("sqlite", tmp_path))
    migrate(database)
    bond, random, ids = Bond(), Random(seed), count(1)
    sides = zip(bond.members, PARTIES, strict=True)
    people = [Person(each, party, "Zoe", mandates=READERS["one side"][1]) for each, party in sides]
    directory = Directory(dict(zip(PARTIES, ("Qqmeridian", "Qqcastellan"), strict=True)), people)
    agreement = Negotiation(partnership_id=bond.partnership.partnership_id, mints=5000, bond=bond)
    for _ in range(120):
        if isinstance(step := random_act(bond, random), tuple):
            bond.do(*step)
        agreement.step(random)
    projector = Projector(database.models, lambda *_: pytest.fail("nothing is loaded"))
    for log in (bond.events, agreement.events):
        projector.project([(next(ids), each) for each in log])
    with database.models.connect() as connection:
        present = HomePresent.load(connection, bond.partnership.partnership_id)
    data = {"Qqmeridian", "Qqcastellan", "Zoe", "Zo", "Onetext", *_data_of(present)}
    view = HomeView(present, written(bond.now))
    for name in READERS:
        reader = reader_of(name, view, directory)
        page = "".join(home_page(reader, "/seat", "me"))
        assert not_said(read(page)) - data == set()
        assert not_said(read("".join(guide_page(reader, "/seat", "me")))) - data == set()
        for each in {unescape(each) for each in re.findall(r'hx-get="(forms/[^"]+)"', page)}:
            address = urlsplit(each)
            asked = form(reader, address.path.removeprefix("forms/"), dict(parse_qsl(address.query)))
            assert not_said(read(asked)) - data == set(), each
    own = {"statements": [{"category": "goodwill", "builds": "", "breaks": "", "reaction": "", "repair": ""}]}
    assert not not_said(read(own_page(reader_of("one side", view, directory), own))) - data
    database.close()


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("seed", range(3))
def test_every_sentence_of_a_room_of_its_forms_and_of_its_text_can_be_translated(seed: int) -> None:
    world, random = Muffled(), Random(seed)
    for _ in range(150):
        if isinstance(step := random_step(world, random), timedelta):
            world.now += step
        else:
            world.do(*step)
    all_of_it_can_be_translated(world)


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("play", SCENES)
def test_every_sentence_of_what_rooms_seldom_say_can_be_translated(play: Callable[[Scene], None]) -> None:
    scene = Scene()
    play(scene)
    all_of_it_can_be_translated(scene)


class Muffled(World):
    """A negotiation in which nobody uses a word of ours."""

    def do(self, side: int, seat: int, raw: Any) -> Refusal | None:
        return super().do(side, seat, muffled(raw))


def muffled(said: Any, name: str = "") -> Any:
    """A command in which every word that somebody would write is Qq."""
    if isinstance(said, dict):
        return {key: muffled(each, key) for key, each in said.items()}
    if isinstance(said, list):
        return [muffled(each, name) for each in said]
    return re.sub("[A-Za-z]+", "Qq", said) if name in WRITTEN and isinstance(said, str) else said


WRITTEN = {"heading", "text", "reason", "condition", "evidence", "rationale", "would_accept"}
SEEN = {"Qqmeridian", "Qqcastellan", "Zoe", "Zo", "Onetext", "Qq", "qq", "zz", "Zz"}
"""Words that somebody has written, and the names of who wrote them."""
OF_VALUES = {"EUR", "GBP", "months", "July", "English"}
"""What values are written with, in the language of the numbers."""


def all_of_it_can_be_translated(world: World) -> None:
    """Every page of an agreement, read by everybody, and whatever opens on one."""
    present = Present(str(world.agreement.agreement_id))
    folding = Projector(create_engine("sqlite://"), lambda *_: pytest.fail("nothing is loaded"))
    for change in folding.fold([(each.originator_version, each) for each in world.events]).changes():
        present.apply(change)
    view, seats = RoomView(present, written(world.now)), [seat for side in world.seats for seat in side]
    people = [Person(each.member, each.party, "Zoe", signs=Mandate.SIGNATORY in each.mandates) for each in seats]
    names: dict[str | None, str] = dict(zip(NEGOTIATORS, ("Qqmeridian", "Qqcastellan"), strict=True))
    names |= {each.member_id: "Zoe" for each in people[1:]}
    needs = {each: SharedNeed(each, party, "qq", standing) for each, party, standing in NAMED}
    for name, (party, mandates) in ROOM_READERS.items():
        shared = Shared(needs, {PRINCIPLE: "qq"}, frozenset({PRINCIPLE} if party == NEGOTIATORS[0] else ()))
        reader = Reader(view, Audience(PartnershipId("p"), party, mandates), Directory(names, people), shared)
        demo = DemoNotice("Zoe", [Window("Zoe", "x"), Window("Zoe", "y")])
        page = "".join(room_page(reader, "/seat", "me", demo=demo))
        text = "".join(room_page(reader, "/seat", "me", template="ratification.html"))
        for each in (page, text, *(every_story(reader, world))):
            assert not_said(read(each)) - SEEN - OF_VALUES == set(), name
        for asked in {unescape(each) for each in re.findall(r'hx-get="[^"]*/(forms/[^"]+)"', page + text)}:
            address = urlsplit(asked)
            opened = room_form(reader, address.path.removeprefix("forms/"), dict(parse_qsl(address.query)))
            assert not_said(read(opened)) - SEEN - OF_VALUES == set(), asked
        offers = re.findall(r'data-offer="([^"]+)" data-acceptable', page)
        assert not_said(read(reading(reader, [*dict.fromkeys(offers), "gone"]))) - SEEN - OF_VALUES == set()
        assert "hx-get" in page or mandates != EVERY or reader.status != "drafting", "forms were looked at"


def every_story(reader: Reader, world: World) -> Iterator[str]:
    """The stories of all clauses, beside them and as pages; the sentences of the events are the domain's."""
    happened = [(timeline_body(world.agreement, each), each.data()) for each in world.events]
    for term_id in reader.view.term:
        moments, events = zip(*(each for each in happened if term_id in each[0]["term_ids"]), strict=True)
        told = tell(moments, events, reader.names, term_id)
        story = [each | {"sentence": "qq"} for each in told]
        for template in ("room/story.html", "story.html"):
            yield templates.get_template(template).render(story=story, term_id=term_id, **context(reader))


EVERY = (("negotiator", None), ("signatory", None))
ROOM_READERS: dict[str, tuple[Any, Any]] = {
    "one side": (NEGOTIATORS[0], EVERY), "the other": (NEGOTIATORS[1], EVERY), "an observer": (None, ()),
    "a contributor": (NEGOTIATORS[1], (("contributor", None),)),
}  # fmt: skip
NAMED = ((NEEDS[0], NEGOTIATORS[0], True), (NEEDS[1], NEGOTIATORS[1], False), (WITHDRAWN, NEGOTIATORS[1], False))


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("money", {}), ("money", {"amount": "-310,000.00", "currency": "eur"}), ("money", {"amount": "1.234"}),
        ("money", {"amount": "zz"}), ("money", {"amount": "£3", "currency": "Q"}), ("money", {"amount": "1,2345"}),
        ("percent", {"number": "1.234"}), ("percent", {"number": "1234.567"}), ("duration", {"iso": "z"}),
        ("number", {"number": "1", "unit": "qq"}), ("duration", {}), ("date", {}), ("choice", {}), ("shares", {}),
        ("parts", {}), ("parts", {"total": "10", "parts_are": "equal"}),
        ("parts", {"total": "10", "parts_are": "equal", "equal": "999"}),
        ("parts", {"total": "0.01", "parts_are": "equal", "equal": "24", "currency": "EUR"}),
        ("parts", {"total": "10", "parts_are": "equal", "equal": "3", "currency": "EUR"}),
    ],
)  # fmt: skip
def test_every_sentence_of_what_a_value_is_taken_for_can_be_translated(kind: str, fields: dict[str, str]) -> None:
    view = RoomView(Present("p"))
    view.header = {"status": "drafting", "parties": NEGOTIATORS, "agreement_id": "a"}
    reader = Reader(view, Audience(PartnershipId("p"), NEGOTIATORS[0], ()), Directory({}), Shared())
    for text in ("", "€310,000 and 12.5% or €7"):
        page = echo(reader, {"at": "value", "kind": kind, "fields": fields, "text": text})
        assert not_said(read(re.sub('<i dir="auto">.*?</i>|<small.*?</small>', "", page))) - SEEN - OF_VALUES == set()


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "into", [Into("p", "Qq", None), Into("p", "Qq", None, ("a", "Qq")), Into("p", "Qq", ("Qq", "qq"))]
)
def test_every_sentence_of_an_import_can_be_translated(into: Into) -> None:
    own = Template("qq", "Qq", "", own=True)
    for begun in (None, own):
        page = import_page(into, "/seat", [own, Template("zz", "Zz", "", own=False)], begun)
        assert not_said(read(page)) - SEEN == set()
    clauses = [{"heading": "1 Zz", "text": "qq\n\u202ezz", "value": VALUES[-2], "line": 3}]
    for what in ([], [*What]):
        notices = [{"line": 3, "what": each, "words": "qq"} for each in what]
        preview = preview_fragment(Preview("Qq", clauses, notices, "en"), into)
        assert not_said(read(preview)) - SEEN == set()


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("sends_mail", [True, False])
async def test_every_sentence_at_the_door_can_be_translated(sends_mail: bool) -> None:
    sent = SimpleNamespace(start=lambda sending: sending.close())
    door = Door(SimpleNamespace(mail=SimpleNamespace(is_configured=sends_mail), background=sent), RateLimit("", 1))  # type: ignore[arg-type]
    people = [SimpleNamespace(name="Zoe", email="zz"), SimpleNamespace(name="Zoe", email="qq")]
    formed = {"parties": ["Qq", "Zz"], "people": people, "link": "x"}
    pages = [
        await door.door(asked()),
        await door.sign_in(asked(b"email=qq")),
        door._form_page(),
        door._form_page({"kind": "customer"}, Refusal(Code.MALFORMED, "Qq", "Zz")),
        *(door._page("formed.html", theirs=theirs, **formed) for theirs in (None, "zz")),
        await on_http_error(asked(), HTTPException(404)),
        await on_refusal(asked(), Refusal(Code.MALFORMED, "Qq", "Zz")),
    ]
    for used, expired, name in ((True, False, None), (False, True, None), (False, False, None), (False, False, "Zoe")):
        invitation = SimpleNamespace(used=used, expired=expired)
        pages.append(door._page("join.html", invitation=invitation, name=name, us="Qq", them="Zz"))
    for kept, path in product(Kept, ("/", "/commands")):
        for method in ("GET", "POST"):
            fault = Fault(ValueError(), kept)
            fault.id = "7"
            pages.append(await on_fault(asked(path=path, method=method), fault))
    for page in pages:
        assert not_said(read(bytes(page.body).decode())) - SEEN == set()


def asked(body: bytes = b"", path: str = "/", method: str = "GET") -> Request:
    """What a browser asks for."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"accept", b"text/html"), (b"content-type", b"application/x-www-form-urlencoded")]
    return Request({"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}, receive)


@pytest.mark.parametrize("name", templates.list_templates(extensions=["html"]))
def test_no_template_says_anything_by_itself(name: str) -> None:
    assert templates.loader
    source, _, _ = templates.loader.get_source(templates, name)
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)
    assert not_said(read(bare.replace(" data-binds disabled", ""))) - {"Onetext", "EUR"} == set()
    tokens = [(kind, text) for _, kind, text in templates.lex(source) if kind not in ("whitespace", "data", "comment")]
    for at, (kind, text) in enumerate(tokens):
        if kind == "string" and re.search("[A-Za-z]{2,} [a-z]|^.[A-Z][a-z]", text) and text != '"Esc"':
            called = {tokens[at - 2][1], tokens[at - 4][1]}
            assert called & {"_", "ngettext"}, text


SCRIPTS = sorted((Path(wording.__file__).parent / "static" / "js").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_no_script_says_anything_by_itself(script: Path) -> None:
    code = re.sub(r"/\*.*?\*/|(?<![:\"'/])//[^\n]*", "", script.read_text("utf-8"), flags=re.DOTALL)
    for line in code.split("\n"):
        for call, text in re.findall(r"""(gettext\()?("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)""", line):
            bare = re.sub(r"\$\{[^}]*\}", "", text)
            assert call or not re.search("^.[A-Z][a-z]+[ ,.:…]|^.[a-z ]*[a-z]{2,} [a-z]+ [a-z]+", bare), text


def test_what_can_be_said_of_an_agreement_is_there_for_whatever_it_may_be() -> None:
    assert room_words.GROUNDS.keys() == set(GROUNDS)
    assert room_words.SETTLES.keys() == set(RESOLUTION_KINDS) >= room_words.TO_SETTLE.keys()
    states = {*TermStatus, "contested", "conditional"} - {TermStatus.REMOVED}
    assert room_words.STATES.keys() == room_words.IN_THE_WAY.keys() == states
    assert room_words.OFFER_IN_THE_WAY.keys() == LIVE
    assert room_words.VALUES.keys() == KINDS.keys()
    assert room_words.AGAINST.keys() == set(Against)
    assert room_words.WHOLE_TEXT.keys() == set(AgreementStatus)
    assert room_words.ENDED.keys() == set(ObjectionState) - NOT_ENDED
    assert room_words.WHY_VOID.keys() == set(VoidCause) == room_words.VOID.keys() | {VoidCause.REFUSED}
    for words in (room_words.MARKS, room_words.MARK_AS, room_words.NOT_THE):
        assert words.keys() == set(Mark)


@pytest.mark.usefixtures("marked")
def test_every_sentence_of_what_is_recorded_can_be_translated() -> None:
    assert not not_said(read(records_page("/"))) - {"Onetext"}


def test_a_sentence_that_is_not_in_the_catalogue_is_seen() -> None:
    assert not_said(read("<p aria-label='Here'>⟦Waiting for ⟦us⟧⟧ since Monday</p>")) == {"Here", "since", "Monday"}


def _data_of(present: HomePresent) -> set[str]:
    """Words that somebody has said."""
    texts = [each.body for rows in (present.needs, present.intentions, present.statements) for each in rows.values()]
    texts += [each.body["contents"] for each in present.exchanges.values()]
    for agreement in present.agreements.values():
        texts += [agreement.header["title"], *(each.body["heading"] for each in agreement.terms.values())]
        texts += [each.body["text"] for each in agreement.terms.values()]
    return {word for each in catalogue.strings(texts) for word in re.findall(r"[A-Za-z]{2,}", each)}
