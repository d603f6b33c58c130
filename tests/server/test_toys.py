"""A noun comes in through the registries alone: its command, its event, its rows and what the API answers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import httpx

from domain.ids import MemberId, PartnershipId, PartyId
from domain.rules import Act
from domain.words import Mandate
from projections.projector import dump
from server.log.database import open_database
from server.log.mapper import CanonicalMapper
from server.log.store import Commit, Lineage
from server.ops.reference import PARTS
from server.reading.rebuilding import rebuild
from tests import toys
from tests.server.conftest import on, pair_on
from tests.server.served import Program, Served, checkers


def brought(url: str, by: Program, member_id: str) -> str:
    """A box of toys in the log, of the party of a program."""
    act = Act(PartyId(by.party_id), MemberId(member_id), {Mandate.NEGOTIATOR: None}, 1, datetime.now(UTC))
    box_id = str(uuid.uuid4())
    box = toys.Box.bring(box_id, PartnershipId(by.partnership_id), act)
    database, mapper = open_database(url), CanonicalMapper()
    database.log.write([Commit(Lineage(), [mapper.to_stored_event(each) for each in box.collect_events()])])
    database.close()
    return box_id


def partnership_of(member: Program) -> dict[str, Any]:
    return dict(member.http.get(f"/api/v1/partnerships/{member.partnership_id}").json())


def test_a_noun_comes_in_through_the_registries_alone(database_url: str) -> None:
    """A third kind of stream, private to a party: judged, recorded, refused, retried, read now and as it was, rebuilt,
    told in the documents, and not there for the other party."""
    with toys.known():
        checkers.cache_clear()
        first = Served(database_url)
        pair = pair_on(first)
        (me,) = [each for each in partnership_of(pair.ada)["members"] if each["party_id"] == pair.ada.party_id]
        first.stop()
        box_id = brought(database_url, pair.ada, me["member_id"])
        node = Served(database_url)
        ada, cid = on(node, pair.ada), on(node, pair.cid)
        path = f"/api/v1/boxes/{box_id}"

        def make(by: Program, name: str, command_id: str) -> httpx.Response:
            return by.http.post(f"{path}/commands", json={"command_id": command_id, "type": "make_toy", "name": name})

        made = make(ada, "Bear", "c1")
        assert (made.status_code, made.json()["version"]) == (201, 2)
        again = make(ada, "Bear", "c1")
        assert (again.status_code, again.content) == (200, made.content)
        refused = make(ada, "Bear", "c2")
        assert (refused.status_code, refused.json()["code"]) == (409, "stale_view")
        assert refused.json()["changed"] == {"version": 2, "toy": "Bear"}
        assert make(ada, "Kite", "c3").status_code == 201
        assert make(cid, "Drum", "c4").json()["code"] == "not_found"
        nonsense = {"command_id": "c5", "type": "dance"}
        assert ada.http.post(f"{path}/commands", json=nonsense).json()["code"] == "malformed"
        watcher = ada.admit("Edda", observer=True)
        for other in (cid, watcher):
            assert other.http.post(f"{path}/commands", json=nonsense).json()["code"] == "not_found"
            assert other.http.get(f"{path}/toys").status_code == 404
            assert other.http.get(f"{path}/events").status_code == 404
        assert [each["name"] for each in ada.http.get(f"{path}/toys").json()["toys"]] == ["Bear", "Kite"]
        assert [each["name"] for each in ada.http.get(f"{path}/toys?as_of=2").json()["toys"]] == ["Bear"]
        logged = ada.http.get(f"{path}/events").json()["events"]
        assert [each["type"] for each in logged] == ["BoxBrought", "ToyMade", "ToyMade"]
        assert pair.ada.agreement_id not in str(logged)
        for table, told in (
            ("commands", "`make_toy`"),
            ("events", "`ToyMade`"),
            ("routes", "/api/v1/boxes/{box_id}/toys"),
        ):
            assert told in PARTS[table]()
        for address in (path, f"/api/v1/partnerships/{ada.partnership_id}"):
            admired = {"command_id": "c6", "type": "admire_toy", "name": "Bear"}
            assert ada.http.post(f"{address}/commands", json=admired).json()["events"][0]["type"] == "ToyAdmired"
        assert ada.open_agreement("Afterwards"), "what follows is projected too"
        assert ada.http.get(f"{path}/toys?as_of=4").status_code == 200
        node.stop()

        database = open_database(database_url)
        with database.models.connect() as connection:
            before = dump(connection)
        assert b"Kite" in before
        rebuild(database)
        with database.models.connect() as connection:
            assert dump(connection) == before
        database.close()
    checkers.cache_clear()
    assert "make_toy" not in PARTS["commands"]()
