"""Whatever two partners do, their home can be shown to everybody, and so can every form that it offers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from domain.ids import PartnershipId
from domain.times import written
from domain.words import Mandate
from projections.home import HomePresent
from projections.projector import Projector
from server.log.database import migrate, open_database
from tests.databases import fresh_url
from tests.negotiations import NEEDS, PRINCIPLE, WITHDRAWN, World, random_step
from tests.pages import Node, keep_up, read
from tests.relationships import PARTIES, Bond, random_act
from web.audience import Audience
from web.directory import Directory, Person
from web.home import HomeReader
from web.home_forms import form
from web.home_fragments import all_of_home, changed_of_home, guide_page, home_page
from web.home_view import HomeView

EVERY = tuple((str(each), None) for each in sorted(Mandate))
READERS = {"one side": (PARTIES[0], EVERY), "the other": (PARTIES[1], EVERY), "an observer": (None, ()),
           "a contributor": (PARTIES[0], (("contributor", None),))}  # fmt: skip


def reader_of(name: str, view: HomeView, directory: Directory) -> HomeReader:
    party, mandates = READERS[name]
    return HomeReader(view, Audience(PartnershipId(view.partnership_id), party, mandates), directory)


@dataclass
class Negotiation(World):
    """An agreement of a partnership, which names what that has."""

    bond: Bond = field(default_factory=Bond)

    @property
    def known(self) -> dict[str, Any]:
        partnership = self.bond.partnership
        return {"needs": partnership.known_needs(), "principles": partnership.adopted_principles()}

    def step(self, random: Random) -> None:
        """What somebody might do next, about needs and principles that there are."""
        if isinstance(step := random_step(self, random), timedelta):
            return
        side, seat, raw = step
        partnership, text = self.bond.partnership, json.dumps(raw)
        if self.agreement.terms and random.random() < 0.2:
            term_id, on = random.choice([*self.agreement.terms]), random.random() < 0.8
            text = json.dumps({"type": "link_need", "need_id": NEEDS[0], "term_id": term_id, "on": on})
        for known, there in (*((each, partnership.needs) for each in NEEDS), (PRINCIPLE, partnership.principles())):
            text = text.replace(known, random.choice([*there, WITHDRAWN]))
        self.do(side, seat, json.loads(text))


@pytest.mark.parametrize("seed", range(6))
def test_live_updates_make_the_home_that_a_fresh_load_shows(seed: int, tmp_path: Path) -> None:
    database = open_database(fresh_url("sqlite", tmp_path))
    migrate(database)
    projector = Projector(database.models, lambda *_: pytest.fail("nothing is loaded"))
    bond, random, ids = Bond(), Random(seed), count(1)
    partnership_id, agreements = bond.partnership.partnership_id, list[Negotiation]()
    present, view = HomePresent(partnership_id), None
    directory = Directory(dict(zip(PARTIES, ("Meridian", "Castellan"), strict=True)), [])
    pages: dict[str, Node] = {}
    served = unlinked = 0
    done: dict[int, int] = {}

    for turn in range(160):
        if turn % 50 == 20:
            for side in (0, 1) if agreements else ():
                agreements[-1].do(side, 0, {"type": "abandon_agreement", "reason": "Another one takes its place."})
            agreements.append(Negotiation(partnership_id=partnership_id, mints=1000 * turn, bond=bond))
        if agreements and random.random() < 0.7:
            agreements[-1].step(random)
        elif not isinstance(step := random_act(bond, random), timedelta):
            bond.do(*step)
        for number, log in enumerate([bond.events, *(each.events for each in agreements)]):
            fresh = log[done.get(number, 0) :]
            done[number] = len(log)
            for change in projector.project([(next(ids), each) for each in fresh]) if fresh else ():
                moved = present.apply(change)
                view = HomeView(present, written(bond.now), view)
                served += any(each["serves"] for each in view.needs)
                unlinked += moved.unlinked
                for name in READERS:
                    reader = reader_of(name, view, directory)
                    if name in pages:
                        keep_up(pages[name], changed_of_home(reader, moved))
                    else:
                        pages[name] = read("".join(home_page(reader, "/seat", "me")))
        if turn % 4 == 0:
            with database.models.connect() as connection:
                loaded = HomeView(HomePresent.load(connection, partnership_id), written(bond.now))
            for name, page in pages.items():
                anew = read("".join(home_page(reader_of(name, loaded, directory), "/seat", "me")))
                assert shown(page) == shown(anew), name
    assert len(agreements) == 3
    assert min(served, unlinked) > 3
    database.close()


def shown(page: Node) -> str:
    """The page without what its script keeps: up to which position it is."""
    return re.sub(r" data-version='\d+'|after=\d+", "", page.written())


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
