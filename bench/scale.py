"""What grows with the log, and what must not: agreements of a hundred, of some thousands and of 100,000 events."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from bench.harness import ONETEXT, House, at_percent, command, on_every_core, recorded, sockets
from domain.agreement import Agreement
from domain.command import read_command
from domain.ids import AgreementId, MemberId, PartnershipId, PartyId, TermId
from domain.rules import Act
from domain.words import Mandate
from server.log.database import migrate, open_database
from server.log.mapper import CanonicalMapper
from server.log.store import Commit, Lineage

SIZES = (100, 5_000, 10_000, 100_000)
TERMS = 60
FOREIGN = 20_000


def fill(database: str, partnership_id: str, parties: Sequence[str], members: Sequence[str]) -> dict[int, str]:
    """Agreements of each size, written as the node writes them; their ids by size."""
    opened = open_database(database)
    migrate(opened)
    made = {}
    for size in SIZES:
        agreement_id = str(uuid4())
        _write(opened.log, agreement_id, size, partnership_id, parties, members)
        made[size] = agreement_id
    opened.close()
    return made


def fill_foreign(database: str) -> None:
    """Agreements of a partnership that the asker has no seat in, one event each."""
    opened = open_database(database)
    now, mapper, lineage, partnership_id = datetime.now(UTC), CanonicalMapper(), Lineage(), PartnershipId(str(uuid4()))
    parties = [PartyId(str(uuid4())), PartyId(str(uuid4()))]
    act = Act(parties[0], MemberId(str(uuid4())), {Mandate.NEGOTIATOR: None}, 1, now)
    for start in range(0, FOREIGN, 1000):
        commits = []
        for place in range(start, start + 1000):
            agreement = Agreement.open(
                AgreementId(str(uuid4())), partnership_id, parties, f"Foreign {place}", 1, act, str(uuid4())
            )
            commits.append(Commit(lineage, [mapper.to_stored_event(each) for each in agreement.collect_events()]))
        opened.log.write(commits)
    opened.close()


def _write(log, agreement_id, size, partnership_id, parties, members) -> None:  # type: ignore[no-untyped-def]
    now, mapper, lineage = datetime.now(UTC), CanonicalMapper(), Lineage()
    acts = [
        Act(PartyId(party), MemberId(member), {Mandate.NEGOTIATOR: None}, 1, now)
        for party, member in zip(parties, members, strict=True)
    ]
    agreement = Agreement.open(
        AgreementId(agreement_id), PartnershipId(partnership_id), [PartyId(each) for each in parties], f"{size} events",
        1, acts[0], str(uuid4()),
    )  # fmt: skip
    terms: list[str] = []
    place = 0
    while agreement.version < size:
        if len(terms) < TERMS:
            raw, side = {"type": "open_term", "heading": f"{len(terms) + 1} Clause"}, 0
        elif place % 2 == 0:
            term, side = terms[place // 2 % TERMS], place // 2 // TERMS % 2
            base = agreement.terms[TermId(term)].version
            item = {"op": "revise", "term_id": term, "base_version": base, "text": f"Words {place} " * 12}
            raw = {"type": "make_proposal", "items": [item]}
        else:
            made = agreement.proposals[next(reversed(agreement.proposals))]
            raw = {"type": "accept_proposal", "proposal_id": made.proposal_id, "fingerprint": made.fingerprint}
            side = 1 - parties.index(made.party_id)
        place += len(terms) == TERMS
        raw["command_id"] = str(uuid4())
        agreement.execute(read_command(raw, Agreement.commands, lambda: str(uuid4())), acts[side])
        if raw["type"] == "open_term":
            terms.append(str(list(agreement.text)[-1]))
        if len(agreement.pending_events) > 2000 or agreement.version >= size:
            log.write([Commit(lineage, [mapper.to_stored_event(each) for each in agreement.collect_events()])])


async def commands_ms(house: House, made: dict[int, str]) -> dict[int, float]:
    """p50 of marking a term on and off, by the size of the agreement, once each is folded for decisions and for read
    models. One command on each in turn: the disk is twice as fast in some seconds as in others."""
    found: dict[int, list[float]] = {size: [] for size in made}
    async with house.http(0) as ada, sockets(*(house.live(each, 0) for each in made.values())) as live:
        rooms = dict(zip(made, live, strict=True))
        terms = {size: (await ada.get(f"/api/v1/agreements/{each}")).json()["terms"][0] for size, each in made.items()}
        for place in range(420):
            for size, socket in rooms.items():
                term_id, on = terms[size]["term_id"], place % 2 == 0
                asked = command("mark_term", term_id=term_id, mark="exit", on=on)
                await asyncio.sleep(0.01)
                started = time.perf_counter()
                await socket.send(json.dumps(asked))
                await recorded(socket, asked["command_id"])
                found[size].append(time.perf_counter() - started)
    return {size: at_percent(each[120:], 50) for size, each in found.items()}


async def joining_ms(house: House, agreement_id: str) -> float:
    """Median of what a page needs that enters: the agreement as it is now, and the socket. Ten a second, so that no one
    moment of a vacuum decides."""
    found = []
    async with house.http(0) as ada:
        for _ in range(30):
            await asyncio.sleep(0.1)
            started = time.perf_counter()
            async with sockets(house.live(agreement_id, 0)) as (socket,):
                (await ada.get(f"/api/v1/agreements/{agreement_id}")).raise_for_status()
                await socket.recv()
                found.append(time.perf_counter() - started)
    return statistics.median(found) * 1000


async def past_ms(house: House, agreement_id: str, size: int) -> tuple[float, float]:
    """p50 and p99 of the terms as they stood at a random version."""
    found, at = [], random.Random(7)
    async with house.http(0) as ada:
        for _ in range(60):
            version = at.randrange(1, size)
            started = time.perf_counter()
            (await ada.get(f"/api/v1/agreements/{agreement_id}/terms?as_of={version}")).raise_for_status()
            found.append(time.perf_counter() - started)
    return at_percent(found, 50), at_percent(found, 99)


async def open_some(house: House) -> None:
    """Three agreements."""
    for _ in range(3):
        await house.open_agreement()


async def home_ms(house: House) -> tuple[float, float]:
    """p50 of the home page of a member, and of the partnership with its agreements as the API gives it."""
    pages, bodies = [], []
    async with house.http(0) as ada:
        found = (await ada.get(f"/api/v1/partnerships/{house.partnership_id}")).json()
        home = f"/{found['members'][0]['member_id'].replace('-', '')[-10:]}/"
        for _ in range(60):
            for times, path in ((pages, home), (bodies, f"/api/v1/partnerships/{house.partnership_id}")):
                await asyncio.sleep(0.01)
                started = time.perf_counter()
                (await ada.get(path)).raise_for_status()
                times.append(time.perf_counter() - started)
    return at_percent(pages[10:], 50), at_percent(bodies[10:], 50)


def rebuilding(database: str) -> float:
    """Events a second of onetext rebuild, the median of three, which have every core: nothing is served meanwhile."""
    log = open_database(database)
    events = log.log.newest()
    log.close()
    took = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(
            [ONETEXT, "rebuild", "--database", database], check=True, capture_output=True, preexec_fn=on_every_core
        )
        took.append(time.perf_counter() - started)
    return events / statistics.median(took)
