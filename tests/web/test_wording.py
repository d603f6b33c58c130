"""Every sentence of the pages of a partnership goes through the catalogue, where it stands once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import NullTranslations
from html import unescape
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlsplit

import pytest

from domain.times import written
from projections.home import HomePresent
from projections.projector import Projector
from server.doors.records import records_page
from server.log.database import migrate, open_database
from server.ops import catalogue
from tests.databases import fresh_url
from tests.pages import Node, read
from tests.relationships import PARTIES, Bond, random_act
from tests.web.test_home import READERS, Negotiation, reader_of
from web import wording
from web.directory import Directory, Person
from web.home_forms import form
from web.home_fragments import guide_page, home_page, own_page
from web.home_view import HomeView

_SAID = re.compile("⟦[^⟦⟧]*⟧")
_DATE = re.compile(r"\d+ [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC")
_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt")


class Marked(NullTranslations):
    """A language in which every sentence is seen to be one."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


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
        if node.tag in ("script", "style", "code"):
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
