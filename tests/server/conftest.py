"""Nodes on both databases, and a pair of partners with an agreement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.databases import fresh_url
from tests.server.served import Program, Served


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_url(request.param, tmp_path)


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    node = Served(database_url)
    yield node
    node.stop()


@dataclass
class Pair:
    """The first members of both parties, who hold every mandate, on one agreement."""

    node: Served
    ada: Program
    cid: Program

    @property
    def live_url(self) -> str:
        return f"{self.node.url.replace('http', 'ws')}/agreements/{self.ada.agreement_id}/live"

    def propose(self, text: str = "one", by: Program | None = None) -> dict[str, str]:
        items = [{"op": "add", "heading": "1 Price", "text": text}]
        return (by or self.ada).do("make_proposal", items=items)


def pair_on(node: Served) -> Pair:
    _, (ada, cid) = node.form("Meridian", "Castellan")
    ada.agreement_id = cid.agreement_id = ada.open_agreement("Claims line")
    return Pair(node, ada, cid)


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Served]]:
    """Two nodes on one PostgreSQL."""
    url = fresh_url("postgresql", tmp_path)
    nodes = [Served(url), Served(url)]
    yield nodes
    for node in nodes:
        node.stop()


def on(node: Served, member: Program) -> Program:
    """A member who speaks to one of several nodes."""
    return Program(
        node.url, member.token, member.party_id, member.partnership_id, member.member_id, member.agreement_id
    )


@pytest.fixture
def pair(served: Served) -> Pair:
    return pair_on(served)
