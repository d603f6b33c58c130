"""Whatever two partners do, their home can be shown to everybody, and so can every form that it offers."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlsplit

import pytest

from domain.ids import PartnershipId
from domain.times import written
from domain.words import Mandate
from projections.home import HomePresent
from projections.projector import Projector
from server.log.database import migrate, open_database
from tests.databases import fresh_url
from tests.relationships import PARTIES, Bond, random_act
from web.audience import Audience
from web.directory import Directory, Person
from web.home import HomeReader, HomeView
from web.home_forms import form
from web.home_fragments import all_of_home, changed_of_home, guide_page, home_page

EVERY = tuple((str(each), None) for each in sorted(Mandate))
READERS = {"one side": (PARTIES[0], EVERY), "the other": (PARTIES[1], EVERY), "an observer": (None, ()),
           "a contributor": (PARTIES[0], (("contributor", None),))}  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_home_is_shown_at_every_moment_and_every_form_opens(seed: int, tmp_path: Path) -> None:
    database = open_database(fresh_url("sqlite", tmp_path))
    migrate(database)
    bond, random = Bond(), Random(seed)
    projector = Projector(database.models, lambda *_: pytest.fail("nothing is loaded"))
    present = HomePresent(bond.partnership.partnership_id)
    people = [Person(each, party, "Ada <b>", mandates=EVERY) for each, party in zip(bond.members, PARTIES, strict=True)]
    names = {PARTIES[0]: "Meridian & Home", PARTIES[1]: "Castellan Contact"} | dict.fromkeys(bond.members, "Ada <b>")
    directory = Directory(names, people)
    projected = 0
    for _ in range(120):
        step = random_act(bond, random)
        if isinstance(step, timedelta):
            bond.now += step
        else:
            bond.do(*step)
        fresh = bond.events[projected:]
        projected = len(bond.events)
        for change in projector.project([(each.originator_version, each) for each in fresh]):
            moved = present.apply(change)
            for party, mandates in READERS.values():
                audience = Audience(PartnershipId(present.partnership_id), party, mandates)
                reader = HomeReader(HomeView(present, written(bond.now)), audience, directory)
                frames = [*changed_of_home(reader, moved)]
                assert len(frames) == 2
    for party, mandates in READERS.values():
        audience = Audience(PartnershipId(present.partnership_id), party, mandates)
        reader = HomeReader(HomeView(present, written(bond.now)), audience, directory)
        page = "".join(home_page(reader, "/seat", "me"))
        assert "Ada &lt;b&gt;" in page
        assert "".join(all_of_home(reader))
        assert "".join(guide_page(reader, "/seat", "me"))
        opened = {unescape(each) for each in re.findall(r'hx-get="(forms/[^"]+)"', page)}
        assert bool(opened) == (mandates == EVERY)
        for each in opened:
            address = urlsplit(each)
            assert "<form" in form(reader, address.path.removeprefix("forms/"), dict(parse_qsl(address.query)))
    database.close()
