"""What live updates make of a page is what a fresh load shows, for random negotiations and every audience."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from domain.ids import PartnershipId, PartyId
from projections.present import Present
from projections.projector import Projector
from server.log.database import migrate, open_database
from tests.negotiations import PARTIES
from tests.projections.test_as_of import folded, played
from web.audience import Audience
from web.directory import Directory
from web.fragments import OF_THE_WHOLE, _rendered, changed_regions
from web.reader import Reader
from web.shared import Shared
from web.view import RoomView

_PARTIAL = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="(\w+)">(.*?)</hx-partial>', re.DOTALL)
DIRECTORY = Directory({PARTIES[0]: "Meridian Home", PARTIES[1]: "Castellan Contact"})
EVERY = tuple((mandate, None) for mandate in ("negotiator", "signatory"))
AUDIENCES = [
    Audience(PartnershipId("p"), PartyId(PARTIES[0]), EVERY),
    Audience(PartnershipId("p"), PartyId(PARTIES[1]), ()),
    Audience(PartnershipId("p"), None, ()),
]


_MORE = re.compile(r'<div id="(more-[^"]+)">.*?</div>', re.DOTALL)


class Screen:
    """The regions of one audience's page, as frames bring them up to date. What is behind a clause's "More" is a region
    of its own: a morph of what is around it leaves it as it is (hx-morph-skip-children)."""

    def __init__(self) -> None:
        self.regions: dict[str, str] = {}
        self.order: list[str] = []

    def take(self, frames: Any, fresh: dict[str, str]) -> None:
        *regions, shown = frames
        for target, swap, rendered in _PARTIAL.findall("".join(regions)):
            if target in ("text", "outline") and swap == "outerMorph":
                kind = ("clause-", "argument-") if target == "text" else ("entry-",)
                there = {name: html for name, html in fresh.items() if name.startswith(kind) and html in rendered}
                self.regions = {name: html for name, html in self.regions.items() if not name.startswith(kind)}
                for name, html in there.items():
                    self._put(name, html)
            elif target == "text":
                term_id = re.search(r'data-term="([^"]+)"', rendered)
                assert term_id
                for name in (f"clause-{term_id[1]}", f"argument-{term_id[1]}"):
                    assert fresh[name] in _MORE.sub(_EMPTY, rendered)
                    self._put(name, fresh[name])
                self.regions |= {each[1]: each[0] for each in _MORE.finditer(rendered)}
            elif target in self.regions or not target.startswith(("clause-", "argument-", "entry-", "more-")):
                self._put(target, rendered)
        self.order = orjson.loads(shown).get("order", self.order)

    def _put(self, name: str, html: str) -> None:
        self.regions[name] = html
        if name.startswith("clause-"):
            more = name.replace("clause-", "more-")
            if more in html:
                self.regions.setdefault(more, "")
            else:
                self.regions.pop(more, None)


_EMPTY = r'<div id="\1"></div>'


def fresh_page(reader: Reader) -> dict[str, str]:
    regions = {name: _rendered(reader, name) for name in OF_THE_WHOLE}
    for term in reader.view.terms:
        for kind in ("clause", "argument", "entry"):
            regions[f"{kind}-{term['term_id']}"] = _rendered(reader, kind, term["term_id"])
        clause = regions[f"clause-{term['term_id']}"]
        regions |= {each[1]: each[0] for each in _MORE.finditer(clause)}
        regions[f"clause-{term['term_id']}"] = _MORE.sub(_EMPTY, clause)
    return regions


@pytest.mark.parametrize("seed", range(8))
def test_live_updates_make_the_page_that_a_fresh_load_shows(seed: int, tmp_path: Path) -> None:
    events = played(seed + 100, 90)
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    migrate(database)
    projector = Projector(database.models, lambda _, version: folded(events[:version]))
    present, random = Present(str(events[0].originator_id)), Random(seed)
    screens = [Screen() for _ in AUDIENCES]
    at = 0
    while at < len(events):
        batch = events[at : at + random.choice([1, 1, 2, 5])]
        (change,) = projector.project([(each.originator_version, each) for each in batch])
        touched = present.apply(change)
        view = RoomView(present)
        for audience, screen in zip(AUDIENCES, screens, strict=True):
            reader = Reader(view, audience, DIRECTORY, Shared())
            fresh = fresh_page(reader)
            screen.take(changed_regions(reader, touched), fresh)
            order = [term["term_id"] for term in view.terms]
            assert screen.order == order
            shown = {name: html for name, html in screen.regions.items() if name.split("-", 1)[-1] in {*order, name}}
            assert shown == fresh
        at += len(batch)
    database.close()
