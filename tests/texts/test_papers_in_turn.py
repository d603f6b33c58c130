"""Whoever asks for many papers keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from domain.refusals import Code, Refusal
from server.texts.papers import KEPT, MOST_WAITING, OF_ONE, Papers
from server.texts.pdf import Typesetter

AT = datetime(2026, 3, 3, tzinfo=UTC)


class Held:
    """Sets papers once it is let go."""

    def __init__(self) -> None:
        self.go, self.made, self.fails = threading.Event(), 0, False
        self.size = 4

    def paper(self, name: str, data: dict[str, Any], at: datetime) -> bytes:
        assert self.go.wait(20)
        self.made += 1
        if self.fails:
            raise ValueError(name)
        return str(data["title"]).encode().ljust(self.size)


@pytest.fixture
async def held() -> Held:
    return Held()


@pytest.fixture
def papers(held: Held) -> Papers:
    return Papers(cast(Typesetter, held))


def asked(papers: Papers, title: str, asker: str = "ada") -> asyncio.Task[bytes]:
    return asyncio.create_task(papers.paper("document", {"title": title}, AT, asker))


async def test_a_paper_is_set_once_however_many_ask_for_it(held: Held, papers: Papers) -> None:
    at_once = [asked(papers, "1", f"guest {n}") for n in range(40)]
    await asyncio.sleep(0.2)
    held.go.set()
    assert set(await asyncio.gather(*at_once)) == {b"1   "}
    assert await asked(papers, "1") == b"1   "
    assert held.made == 1
    assert await asked(papers, "2") == b"2   ", "and no other one in its place"


async def test_of_one_and_of_all_so_many_wait_and_no_more(held: Held, papers: Papers) -> None:
    waiting = [asked(papers, f"{n}") for n in range(OF_ONE)]
    await asyncio.sleep(0.2)
    with pytest.raises(Refusal) as refused:
        await asked(papers, "one too many")
    assert refused.value.code == Code.TOO_MANY
    waiting += [asked(papers, f"of {n}", f"guest {n}") for n in range(MOST_WAITING - OF_ONE)]
    await asyncio.sleep(0.2)
    with pytest.raises(Refusal):
        await asked(papers, "of all", "cid")
    assert await asyncio.wait_for(asyncio.to_thread(lambda: 7), 5) == 7, "other work goes on meanwhile"
    held.go.set()
    await asyncio.gather(*waiting)
    assert await asked(papers, "one too many") == b"one too many"


async def test_a_paper_that_cannot_be_set_takes_nobodys_place(held: Held, papers: Papers) -> None:
    held.go.set()
    held.fails = True
    for n in range(OF_ONE + 1):
        with pytest.raises(ValueError, match="document"):
            await asked(papers, f"{n}")
    held.fails = False
    assert await asked(papers, "0") == b"0   ", "and is set once it can be"


async def test_no_more_is_kept_than_there_is_room_for(held: Held, papers: Papers) -> None:
    held.go.set()
    held.size = KEPT // 2
    for title in ("1", "2", "1", "3", "1"):
        await asked(papers, title)
    assert held.made == 3, "what was asked for last stays"
    await asked(papers, "2")
    assert held.made == 4
