"""What is recorded is told in plain words to everybody; nothing of it is who looked, for how long, or how well."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx
from sqlalchemy import inspect
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from domain.streams import event_types
from projections import tables
from server.doors.access import seat_name
from server.doors.records import OF_EVENTS, REBUILT, TABLES
from server.log import beside
from tests.server.conftest import Pair
from tests.server.served import Served
from tests.server.test_relationship import LATER, Partner
from tests.server.test_sealed import kept_in

NOT_OURS = {"alembic_version"}
"""Which form the tables have: kept by the tool that upgrades them."""
WATCHES = re.compile(
    r"view|seen|watch|spent|dwell|click|visit|typing|presence|present|duration|last_|(^|_)ip($|_)|agent|device|browser|location"
    r"|opened|open(ed)?_(at|by|count)|look(ed|ing)|(^|_)read(_|$)|page|idle|active_|time_on|seconds|minutes|address|remote",
    re.IGNORECASE,
)
RANKS = re.compile(
    r"score|rank|rating|grade|average|(^|_)(counts?|tally|rate|level|total|index)($|_)|points|streak|badge|sentiment|mood",
    re.IGNORECASE,
)
OPENED = {"AgreementOpened", "TermOpened", "TermReopened", "RatificationOpened", "ExchangeOpened"}
"""What was begun, by an act that both see."""
FIELDS = """
after again agreement_id breaks builds category cause caused_by commitment condition contents counters covers
due evidence exchange_id expires_at fingerprint ground heading intention_id items kind mandate mark member_id
need_id need_ids note objection_id objection_ids observer on owner parties partnership_id party_id
principle_id program proposal_id purpose question question_id rationale reaction reason refs repair replaces
salts severity share_id signatures term_id term_ids text thread_id title until until_as_sent valid_until
version versions why with_concerns would_accept
"""
"""Every field of every event that somebody has thought about: whom does it watch?"""
COLUMNS = {
    "people": "member_id partnership_id name email",
    "tokens": "hash member_id partnership_id made_at revoked_at until_entry",
    "invitations": "hash member_id partnership_id made_at expires_at used_at reusable leads_to",
    "sessions": "session_id member_id partnership_id made_at expires_at revoked_at",
    "secrets": "name value",
    "command_outcomes": "stream command_id member_id content first_version last_version",
    "share_links": "hash share_id partnership_id",
    "sealed": "exchange_id party_id commitment ciphertext",
}
"""Every column beside the log that somebody has thought about: whom does it watch?"""


def columns_of(served: Served) -> dict[str, set[str]]:
    """As the database has them."""
    found = {}
    for engine in {served.database.beside, served.database.models}:
        looked = inspect(engine)
        for name in looked.get_table_names():
            found[name] = {each["name"] for each in looked.get_columns(name)}
    return {name: columns for name, columns in found.items() if name not in NOT_OURS}


def test_every_column_was_thought_about_and_is_told(served: Served) -> None:
    found = columns_of(served)
    of_streams = {
        str(each.name): {str(column.name) for column in each.columns} for each in tables.metadata.sorted_tables
    }
    beside_it = {name: columns for name, columns in found.items() if name not in of_streams and name != "stored_events"}
    assert beside_it == {name: set(columns.split()) for name, columns in COLUMNS.items()}
    assert {name: found[name] for name in of_streams} == of_streams
    assert found["stored_events"] - {"rowid"} <= TABLES["stored_events"][1].keys()
    assert {name: set(told) for name, (_, told) in TABLES.items() if name in COLUMNS} == beside_it
    assert {column for columns in of_streams.values() for column in columns} == REBUILT.keys()


def test_nothing_records_looking_or_ranks_anybody() -> None:
    names = {event.TOPIC for event in event_types()}
    fields = {field for event in event_types() for field in event.data_fields()}
    names |= fields
    for metadata in (beside.metadata, tables.metadata):
        names |= {str(column.name) for table in metadata.sorted_tables for column in table.columns}
    assert fields == set(FIELDS.split()), "a new field: think whom it watches, then list it"
    assert OF_EVENTS.keys() == fields
    harmless = {"last_version"} | OPENED  # of the events that a command caused
    assert [each for each in sorted(names - harmless) if WATCHES.search(each) or RANKS.search(each)] == []


def test_what_would_watch_or_rank_is_told() -> None:
    watching = """PageOpened opened_at opened_by opened_count looked_at read_at read_by time_on_page idle_seconds ip
        remote_addr address seen_at dwell_ms last_visit user_agent"""
    ranking = "score rank tally accept_rate trust_level sentiment points average_delay"
    assert [name for name in watching.split() if not WATCHES.search(name)] == []
    assert [name for name in ranking.split() if not RANKS.search(name)] == []


def test_the_page_is_there_before_anybody_has_signed_in_and_tells_all_of_it(served: Served) -> None:
    assert "/records" in httpx.get(f"{served.url}/").text
    page = httpx.get(f"{served.url}/records")
    assert page.status_code == 200
    for event in event_types():
        assert f"<code>{event.TOPIC}</code>" in page.text
    for name, (means, columns) in TABLES.items():
        assert f"<code>{name}</code>" in page.text
        assert means.split(",")[0] in page.text
        assert all(f"<code>{each}</code>" in page.text for each in columns)


async def test_presence_never_reaches_the_disk(pair: Pair, tmp_path: Path) -> None:
    """Searched for in every file, or in every row, after people have come, moved, typed and gone."""
    sentinel = "0badcafe-0bad-4bad-8bad-0badcafe0bad"
    for address in (f"agreements/{pair.ada.agreement_id}", f"partnerships/{pair.ada.partnership_id}"):
        url = f"{pair.node.url.replace('http', 'ws')}/{address}/live"
        headers = {"Authorization": f"Bearer {pair.ada.token}"}
        async with connect(url, additional_headers=headers) as socket:
            await socket.send(json.dumps({"type": "presence", "at": sentinel}))
            while sentinel not in (frame := str(await asyncio.wait_for(socket.recv(), 10))):
                assert frame
    await asyncio.to_thread(pair.propose)
    await asyncio.to_thread(pair.ada.get)
    kept = await asyncio.to_thread(kept_in, pair.node.database.url, tmp_path)
    assert any(b"1 Price" in each for each in kept), "the search finds what is kept"
    assert not [each for each in kept if sentinel.encode() in each or b"presence" in each.lower()]


async def test_reading_writes_nothing(pair: Pair) -> None:
    """Opening every page, asking for everything and having it open leaves every row as it was."""
    ada, agreement, partnership = pair.ada, pair.ada.agreement_id, pair.ada.partnership_id
    await asyncio.to_thread(lambda: pair.cid.accept(pair.propose()["proposal_id"]))
    partner = Partner(ada)
    exchange = await asyncio.to_thread(partner.do, "open_exchange", kind="trust", until=LATER)
    need = await asyncio.to_thread(partner.do, "disclose_need", text="steady volumes")
    seat, (term_id,) = (
        f"/{seat_name(partner.events()[-1]['actor']['member_id'])}",
        [each["term_id"] for each in ada.get()["terms"]],
    )
    asked = {
        f"/api/v1/partnerships/{partnership}": " /events /exchanges /intentions /needs /trust",
        f"/api/v1/agreements/{agreement}": " /conflicts /consents /document.json /document.md /events /terms /timeline",
        seat: f"/ /guide /records /import /forms/reword_need?need={need['need_id']}",
        f"{seat}/forms": f"/seal?exchange={exchange['exchange_id']}",
        f"{seat}/agreements/{agreement}": f" /forms/propose?term={term_id} /terms/{term_id} /terms/{term_id}/story",
        "": "/healthz /metrics /readyz /records",
    }
    ada.http.event_hooks = {}
    before = await asyncio.to_thread(dump, pair.node)
    for address, paths in asked.items():
        for path in paths.split(" "):
            answer = await asyncio.to_thread(ada.http.get, f"{address}{path}")
            assert answer.status_code == 200, f"{address}{path}: {answer.text[:500]}"
    for address in (f"agreements/{agreement}", f"partnerships/{partnership}"):
        for spoken in ("json", "html"):
            await look_at(pair, address, Subprotocol(f"onetext.{spoken}.v1"))
    assert await asyncio.to_thread(dump, pair.node) == before


async def look_at(pair: Pair, address: str, subprotocol: Subprotocol) -> None:
    """Have it open until something has come, as a page or a program does."""
    url = f"{pair.node.url.replace('http', 'ws')}/{address}/live"
    headers = {"Authorization": f"Bearer {pair.ada.token}"}
    async with connect(url, additional_headers=headers, subprotocols=[subprotocol]) as socket:
        await socket.send(json.dumps({"type": "presence", "at": None}))
        assert await asyncio.wait_for(socket.recv(), 10)


def dump(node: Served) -> dict[str, list[str]]:
    """Every row of every table."""
    found: dict[str, list[str]] = {}
    for engine in (node.database.beside, node.database.models):
        with engine.connect() as connection:
            for name in inspect(engine).get_table_names():
                rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
                found[name] = sorted(repr(tuple(each)) for each in rows)
    return found
