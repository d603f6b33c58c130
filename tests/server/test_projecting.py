"""The read models when agreements are not in memory, and when folding or writing fails for a while."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from projections import projector
from projections.batch import Batch
from projections.projector import ModelsReplaced, Projector, clear, dump
from server.deciding.timers import Timers
from server.reading import projecting, rebuilding
from tests.databases import fresh_url
from tests.server.conftest import Pair, pair_on
from tests.server.served import Program, Served


def another_on(pair: Pair) -> Program:
    """The same member on another agreement."""
    ada = pair.ada
    other = Program(ada.url, ada.token, ada.party_id, ada.partnership_id)
    other.agreement_id = other.open_agreement("Another")
    return other


def dumped(node: Served) -> bytes:
    with node.database.models.connect() as connection:
        return dump(connection)


def test_agreements_that_are_loaded_anew_each_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    load = Projector.load
    monkeypatch.setattr(projector, "MOST_FOLDS", 1)
    monkeypatch.setattr(Projector, "load", lambda self, *of: loaded.append(of[0]) or load(self, *of))
    pair = pair_on(served)
    other = another_on(pair)
    for number in range(4):
        for each in (pair.ada, other):
            each.do("open_term", heading=f"{number} Price")
            assert len(each.get()["terms"]) == number + 1, "whoever reads waits for the rows"
    assert len(loaded) >= 7
    before = dumped(served)
    rebuilding.rebuild(served.database)
    assert dumped(served) == before


@pytest.mark.parametrize("step", ["load", "fold", "write"])
def test_what_fails_once_is_tried_again(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(projector, "MOST_FOLDS", 1)
    node = Served(fresh_url("sqlite", tmp_path))
    pair = pair_on(node)
    other = another_on(pair)
    failing = Failing(getattr(Projector, step))
    monkeypatch.setattr(Projector, step, failing.call)
    pair.ada.do("open_term", heading="1 Price")
    other.do("open_term", heading="1 Price")
    assert [len(each.get()["terms"]) for each in (pair.ada, other)] == [1, 1]
    assert failing.failed
    assert httpx.get(f"{node.url}/readyz").status_code == 200
    before = dumped(node)
    rebuilding.rebuild(node.database)
    assert dumped(node) == before
    node.stop()


def test_rows_are_written_when_what_changed_cannot_be_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = Served(fresh_url("sqlite", tmp_path))
    pair = pair_on(node)
    failing = Failing(Timers.set_timer)
    monkeypatch.setattr(Timers, "set_timer", failing.call)
    pair.ada.do("open_term", heading="1 Price")
    assert failing.failed
    assert [term["heading"] for term in pair.ada.get()["terms"]] == ["1 Price"]
    node.stop()


def test_a_node_that_has_written_nothing_yet_does_not_write_into_newer_models(tmp_path: Path) -> None:
    node = Served(fresh_url("sqlite", tmp_path))
    pair = pair_on(node)
    pair.ada.get()
    older = Projector(node.database.models, lambda *_: pytest.fail("nothing is loaded"))
    reached = older.position()
    with node.database.models.begin() as connection:
        clear(connection)  # as a newer version does that sets up its own
    batch = Batch()
    batch.position = reached + 1
    with pytest.raises(ModelsReplaced):
        older.write([batch])
    node.stop()


def test_rows_are_written_together_until_somebody_wants_to_read_them(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projecting, "GATHERING_SECONDS", 600)
    writes: list[int] = []
    write = Projector.write
    monkeypatch.setattr(Projector, "write", lambda self, batches: writes.append(len(batches)) or write(self, batches))
    pair = pair_on(served)
    pair.ada.get()
    del writes[:]
    for number in range(20):
        pair.ada.do("open_term", heading=f"{number} Price")
    assert writes == []
    assert len(pair.ada.get()["terms"]) == 20
    assert sum(writes) == 20
    assert len(writes) <= 2
    pair.ada.do("open_term", heading="20 Price")
    served.server.should_exit = True
    served.thread.join(20)
    assert sum(writes) == 21, "what was gathered is written when the node stops"


class Failing:
    """Fails the first time."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.failed = False

        def call(of: Any, *arguments: Any) -> Any:
            if not self.failed:
                self.failed = True
                raise OSError("the disk says no")
            return work(of, *arguments)

        self.call = call
